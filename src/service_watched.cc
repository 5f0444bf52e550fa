// How the service is watched and told what has changed.
#include <fmt/format.h>

#include "derived_limits.h"
#include "engine/kept_free.h"
#include "io/free_room.h"
#include "ops/log.h"
#include "service.h"
#include "surroundings.h"

namespace annals {
namespace {

/// Few ask for metrics, and each connection takes an open file.
constexpr std::size_t kMetricsConnections = 16;

std::optional<metrics::Exposition::Disk> disk_of(const std::filesystem::path& path) {
  try {
    return metrics::Exposition::Disk{.free_bytes = io::free_room(path),
                                     .min_free_bytes = engine::kFreeForEvents};
  } catch (const std::system_error& error) {
    ops::log_damped(ops::Level::warning, "the room on the disk cannot be read", {{"error", error.what()}});
    return std::nullopt;
  }
}

}  // namespace

metrics::Exposition::Parts Service::exposition_parts() {
  const bool is_alone = !shares_its_engine(config_);
  return {.engine_kind = is_alone ? "embedded" : "remote",
          .engine = *engine_,
          .journal = journal_.get(),
          .moves = moves_.get(),
          .lanes = writing_.lanes(),
          .files = *file_store_,
          .tenancy = tenancy_,
          .broken_parts = broken_parts_,
          .keys = keys_.ring(),
          .trail = trail_,
          .exports = exports_,
          .tails = tails_,
          .spans = spans_.get(),
          .certificates = certificates_,
          .traffic = [this] { return server_.traffic(); },
          .upkeep = [this] { return upkeep_.status(); },
          .disk =
              [this, is_alone] {
                return is_alone ? disk_of(data_.path()) : std::optional<metrics::Exposition::Disk>();
              }};
}

/// Adds the routes that are not the API's own.
void Service::add_routes(http::Router& router, const api::Admission& admission,
                         const api::Api::Parts& parts) {
  if (files_.add_routes) files_.add_routes(router, admission, parts);
  const auto permission =
      config_.metrics.is_public ? access::Permission::anyone : access::Permission::read_metrics;
  metrics_.add_to(router, admission, permission);
  backup_routes_.add_to(router, admission);
  name_routes_.add_to(router, admission);
  pages_.add_to(router, admission, surroundings(config_, certificates_, tracer_).public_path);
}

void Service::make_metrics_server() {
  if (config_.metrics.address.empty()) return;
  metrics_.add_to(metrics_router_);
  auto limits = server_limits(config_);
  limits.max_connections = kMetricsConnections;
  metrics_server_.emplace(io_.executor(), config_.metrics.address, config_.metrics.port, metrics_router_,
                          limits);
}

void Service::reload(const config::Config& changed) {
  if (certificates_) certificates_->reload_if_changed();
  auto keys = changed.auth.api_keys;
  if (keys.empty()) keys.push_back(data_.find_or_make_api_key().key);
  const bool has_other_keys = platform_keys_.replace(keys);
  ops::log(ops::Level::info, "the configuration was read again; what else has changed in it takes a restart",
           {{"log_level", changed.log.level}, {"platform_keys_changed", has_other_keys}});
  if (has_other_keys) note_in_trail(audit::Action::reload_service);
}

}  // namespace annals
