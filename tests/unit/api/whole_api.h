#pragma once

#include <gtest/gtest.h>

#include "api/api.h"
#include "api/backup/backups.h"
#include "api/local_files.h"
#include "api/metrics/metrics.h"
#include "api/names/names.h"
#include "api/pages/pages.h"
#include "leases/in_process_leases.h"
#include "support/coroutines/driven.h"
#include "support/machine/temporary_directory.h"
#include "support/simulated/scripted_engine.h"
#include "tenants/tenancy.h"

namespace annals::api {

/// Tests of what all routes have in common begin with this: the whole API over an engine that is never asked.
class WholeApi : public testing::Test {
 protected:
  /// Returns why a route does not admit a request with the headers of `head`, or nullopt if it does.
  std::optional<ErrorCode> refusal_of(const http::Route& route, http::Request head) {
    head.method = route.method;
    head.path = route.path;
    try {
      return support::error_of(driver_, route.admit(head));
    } catch (const Error& error) {  // a link is checked at once
      return error.code();
    }
  }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TemporaryDirectory directory_;
  files::LocalFileStore files_{directory_.path(),
                               files::FileLinks(crypto::Secret("key"), [] { return std::string(); })};
  files::LateUploads late_uploads_{engine_, std::chrono::seconds(1)};
  files::AttachedFiles attached_files_{files_, late_uploads_};
  LocalFiles local_files_{files_, {.max_bytes = 1}};
  Backups backups_{nullptr};
  leases::InProcessLeases leases_;
  tenants::Databases databases_{engine_};
  tenants::Tenancy tenancy_{{.engine = engine_,
                             .leases = leases_,
                             .databases = databases_,
                             .belongings = {},
                             .directory = {.max_age = std::chrono::hours(1)}}};
  events::BrokenParts broken_parts_{engine_};
  access::PlatformKeys keys_{{crypto::Secret("the-configured-key")}};
  access::Keys made_keys_{engine_, {}};
  access::ViewerTokens viewer_tokens_{keys_};
  access::Authenticator authenticator_{{.configured = keys_,
                                        .made = made_keys_.ring(),
                                        .directory = tenancy_.directory(),
                                        .engine = engine_,
                                        .viewer_tokens = viewer_tokens_}};
  audit::TrailTable trail_table_{engine_, false};
  audit::Trail trail_{trail_table_, nullptr, {}};
  io::Budget budget_{{.total = 1, .of_one = 1}};
  io::SideThreads threads_{1, 1};
  lanes::Lanes lanes_{driver_.executor(), nullptr, {}};
  lanes::Intake intake_{lanes_, budget_, threads_, {}};
  quotas::Quotas quotas_{{}};
  events::Changes changes_{true};
  history::OpenStreams streams_{{.total = 1, .of_one = 1, .reserved = 0}};
  history::History history_{history::History::Settings{}, changes_};
  names::Names names_{engine_, {}};
  names::TenantNames tenant_names_{
      {.names = names_, .registry = tenancy_.registry(), .gone = tenancy_.gone()}};
  Names name_routes_{{.names = names_, .tenant_names = tenant_names_}};
  Metrics metrics_{[] { return std::string("numbers 1\n"); }};
  Pages pages_{""};
  Api api_{{.authenticator = authenticator_,
            .viewer_tokens = viewer_tokens_,
            .trail = trail_,
            .engine = engine_,
            .check_engine = [this] { return engine_.execute({.sql = "SELECT 1"}); },
            .reconciliation = tenancy_.reconciliation(),
            .broken_parts = broken_parts_,
            .keys = made_keys_,
            .lifecycle = tenancy_.lifecycle(),
            .administration = tenancy_.administration(),
            .registry = tenancy_.registry(),
            .directory = tenancy_.directory(),
            .quotas = quotas_,
            .intake = intake_,
            .history = history_,
            .names = names_,
            .changes = changes_,
            .exports = streams_,
            .tails = streams_,
            .files = files_,
            .attached_files = attached_files_,
            .tenant_field = "source",
            .public_url = [] { return std::string(); },
            .file_url_time = std::chrono::seconds(1)},
           [this](http::Router& router, const Admission& admission, const Api::Parts& parts) {
             metrics_.add_to(router, admission, access::Permission::read_metrics);
             backups_.add_to(router, admission);
             name_routes_.add_to(router, admission);
             local_files_.add_to(router, admission,
                                 {.history = parts.history,
                                  .directory = parts.directory,
                                  .engine = parts.engine,
                                  .quotas = parts.quotas});
             pages_.add_to(router, admission, "/annals");
           }};
};

}  // namespace annals::api
