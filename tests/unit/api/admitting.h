#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/admission.h"
#include "support/coroutines/driven.h"
#include "support/simulated/tenants_table.h"

namespace annals::api {

/// Tests of admission and of what it puts on record begin with this: two platform keys, two tenants and an
/// audit trail.
class Admitting : public testing::Test {
 protected:
  using Names = std::vector<std::string>;
  using Permission = access::Permission;

  Admitting() {
    table_.answer_for(engine_);
    trail_engine_.on_execute = [](const engine::Statement& /*statement*/) { return support::done(); };
    add_tenant(id_, "demo", "demo-secret");
    add_tenant(other_, "other", "other-secret");
  }

  void add_tenant(ClientId id, const std::string& name, std::string_view secret) {
    table_.rows.push_back({.id = id.text(),
                           .label = name,
                           .database = name,
                           .secret_hash = crypto::SecretHash(secret).hex(),
                           .state = 2});
  }

  static boost::asio::awaitable<http::Response> answering(http::Response response) { co_return response; }

  /// Returns what stores the records of the audit trail.
  audit::Trail::Write write() {
    return [this](const events::EventsTable& /*table*/, const std::vector<events::Event>& events) {
      if (!is_writable_) return refusing();
      for (const auto& event : events) kept_.push_back(boost::json::parse(event.event_data).as_object());
      return support::done();
    };
  }
  static boost::asio::awaitable<void> refusing() {
    throw Error(ErrorCode::overloaded, "full");
    co_return;
  }

  /// Returns the results that are on record.
  Names results() {
    support::run_to_end(driver_, trail_.write_waiting());
    Names names;
    for (const auto& one : kept_) names.emplace_back(one.at("result").as_string());
    return names;
  }

  const std::string old_key_ = "the-old-platform-key";
  const std::string new_key_ = "the-new-platform-key";
  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TenantsTable table_;
  tenants::Registry registry_{engine_};
  tenants::TenantDirectory directory_{registry_, {.max_age = std::chrono::hours(1)}};
  access::PlatformKeys keys_{std::vector{crypto::Secret(old_key_), crypto::Secret(new_key_)}};
  access::KeyTable no_table_{engine_};
  access::KeyRing no_ring_{no_table_, {}};
  access::ViewerTokens viewer_tokens_{keys_};
  access::Authenticator authenticator_{{.configured = keys_,
                                        .made = no_ring_,
                                        .directory = directory_,
                                        .engine = engine_,
                                        .viewer_tokens = viewer_tokens_}};
  support::ScriptedEngine trail_engine_;
  audit::TrailTable trail_table_{trail_engine_, false};
  bool is_writable_ = true;                // the audit trail is
  std::vector<boost::json::object> kept_;  // the records of the audit trail
  audit::Trail trail_{trail_table_, write(), {}};
  Auditor auditor_{trail_, authenticator_};
  Admission admission_{authenticator_, auditor_};
  ClientId id_ = ClientId::random();
  ClientId other_ = ClientId::random();
};

}  // namespace annals::api
