#pragma once

#include <chrono>
#include <cstdint>

#include "config/config.h"
#include "history/open_streams.h"
#include "http/server/server.h"
#include "lanes/lanes.h"
#include "tenants/quota.h"
#include "upkeep/sweep.h"

// The limits and times of the parts that follow from the configuration. All functions are thread-safe.

namespace annals {

/// Returns whether other instances of Annals may work on the same databases.
bool shares_its_engine(const config::Config& config);

/// The embedded engine has no other instance beside it: what was cached stays true until this one changes it.
inline constexpr auto kNoOtherInstance = std::chrono::hours(24);

/// How many files must be allowed to be open, and how many are enough for most services.
inline constexpr std::uint64_t kFewestOpenFiles = 256;
inline constexpr std::uint64_t kAmpleOpenFiles = 8192;

http::ServerLimits server_limits(const config::Config& config);

/// Returns how many threads answer requests.
int thread_count(const config::Config& config);

/// Returns how long a cached tenant is taken for true.
std::chrono::milliseconds max_tenant_age(const config::Config& config);

lanes::LaneLimits lane_limits(const config::Config& config);

upkeep::SweepTimes sweep_times(const config::Config& config);

/// Returns the time between two looks for tenants whose retention is to be enforced. A changed policy is
/// enforced at the next look.
std::chrono::milliseconds retention_pause(const config::Config& config);

/// Returns the quotas of tenants that have no values of their own.
tenants::QuotaValues default_quotas(const config::Config& config);

/// Returns the time from a tenant's deletion until the last upload for it must have ended.
std::chrono::milliseconds longest_upload(const config::Config& config);

history::OpenStreams::Limits export_limits(const config::Config& config);
history::OpenStreams::Limits tail_limits(const config::Config& config);

/// Logs what this process may use, as a warning if it is little.
void log_limits(const config::Config& config);

}  // namespace annals
