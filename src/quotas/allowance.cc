#include "quotas/allowance.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "quotas/errors.h"

namespace annals::quotas {
namespace {

using std::chrono::seconds;
using tenants::DayUsage;
using tenants::Quota;

/// After this time a tenant that has too much stored may ask again: something may have been removed.
constexpr seconds kUntilMeasured{60};

std::int64_t day_of(Timestamp time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

seconds until_next_day(Timestamp now) {
  const auto next = std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
  return std::chrono::ceil<seconds>(next - now);
}

seconds rounded_up(Bucket::Clock::duration wait) {
  return std::max(seconds(1), std::chrono::ceil<seconds>(wait));
}

Error too_fast(std::string_view quota, std::uint64_t limit, Bucket::Clock::duration wait) {
  const auto retry = rounded_up(wait);
  return over_quota(fmt::format("Quota {} of {} is used up. Try again in {} s.", quota, limit, retry.count()),
                    retry);
}

}  // namespace

void Allowance::update(const tenants::Tenant& tenant, const tenants::QuotaValues& effective) {
  const std::scoped_lock lock(mutex_);
  used_at_ = Bucket::Clock::now();
  if (tenant.settings_version < version_) return;
  version_ = tenant.settings_version;
  limits_ = effective;
  known_ = tenant.day_usage;
}

double Allowance::rate_of(Quota quota) const {
  return static_cast<double>(limit_of(quota));
}

void Allowance::take_request(Moment now) {
  const std::scoped_lock lock(mutex_);
  const auto limit = limit_of(Quota::requests_per_second);
  if (limit == 0) return;
  const auto wait = requests_.wait(rate_of(Quota::requests_per_second), now.steady);
  if (wait > Bucket::Clock::duration::zero()) throw too_fast("requests_per_second", limit, wait);
  requests_.take(1);
}

void Allowance::check_write(Moment now) {
  const auto wait = wait_for_events(now);
  if (wait > Bucket::Clock::duration::zero()) std::rethrow_exception(too_many_events(wait));
  check_bytes(0, now);
}

Bucket::Clock::duration Allowance::wait_for_events(Moment now) {
  const std::scoped_lock lock(mutex_);
  if (limit_of(Quota::events_per_second) == 0) return {};
  return events_.wait(rate_of(Quota::events_per_second), now.steady);
}

std::exception_ptr Allowance::too_many_events(Bucket::Clock::duration wait) const {
  const std::scoped_lock lock(mutex_);
  return std::make_exception_ptr(too_fast("events_per_second", limit_of(Quota::events_per_second), wait));
}

void Allowance::check_bytes(std::uint64_t bytes, Moment now) {
  const std::scoped_lock lock(mutex_);
  check_bytes_locked(bytes, now);
}

/// The caller holds the lock.
void Allowance::check_bytes_locked(std::uint64_t bytes, Moment now) {
  const auto stored_limit = limit_of(Quota::stored_bytes);
  const std::uint64_t stored = stored_ ? stored_->bytes + reserved_ : 0;
  if (stored_limit > 0 && (stored >= stored_limit || bytes > stored_limit - stored)) {
    throw over_quota(
        fmt::format("Quota stored_bytes of {} is used up: {} bytes are stored, and {} more were sent.",
                    stored_limit, stored, bytes),
        kUntilMeasured);
  }
  const auto day_limit = limit_of(Quota::bytes_per_day);
  if (day_limit == 0) return;
  const auto used = bytes_on(day_of(now.wall));
  if (used < day_limit && bytes <= day_limit - used) return;
  const std::string_view hint = bytes > day_limit ? " Send less at a time: no day has room for this." : "";
  throw over_quota(
      fmt::format("Quota bytes_per_day of {} is used up: {} bytes came today, and {} more were sent.{}",
                  day_limit, used, bytes, hint),
      until_next_day(now.wall));
}

/// Returns what all instances are known to have taken on that day. The caller holds the lock.
std::uint64_t Allowance::bytes_on(std::int64_t day) const {
  return (known_.day == day ? known_.bytes : 0) + (own_.day == day ? own_.bytes : 0) + reserved_;
}

void Allowance::reserve(Amount amount, Moment now) {
  const std::scoped_lock lock(mutex_);
  check_bytes_locked(amount.bytes, now);
  reserved_ += amount.bytes;
  if (limit_of(Quota::events_per_second) == 0) return;
  (void)events_.wait(rate_of(Quota::events_per_second), now.steady);  // counts what came until now first
  events_.take(static_cast<double>(amount.events));
}

void Allowance::settle(Amount reserved, Amount written, Moment now) noexcept {
  const std::scoped_lock lock(mutex_);
  const std::int64_t day = day_of(now.wall);
  if (own_.day < day) own_ = {.day = day};
  own_.bytes += written.bytes;
  reserved_ -= std::min(reserved_, reserved.bytes);
  events_.take(static_cast<double>(written.events) - static_cast<double>(reserved.events));
}

void Allowance::add_stored(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  if (stored_) stored_->bytes += bytes;
}

std::optional<DayUsage> Allowance::begin_storing(Moment now) {
  const std::scoped_lock lock(mutex_);
  if (limit_of(Quota::bytes_per_day) == 0 || own_.bytes == 0 || own_.day < day_of(now.wall))
    return std::nullopt;
  return own_;
}

void Allowance::stored(DayUsage usage, const tenants::Tenant& tenant) {
  const std::scoped_lock lock(mutex_);
  if (own_.day == usage.day) own_.bytes -= std::min(own_.bytes, usage.bytes);
  if (tenant.settings_version < version_) return;
  version_ = tenant.settings_version;
  known_ = tenant.day_usage;
}

bool Allowance::is_to_be_measured(Bucket::Clock::time_point before) const {
  const std::scoped_lock lock(mutex_);
  return limit_of(Quota::stored_bytes) > 0 && measure_at_ <= before;
}

void Allowance::set_measured(std::uint64_t bytes, Bucket::Clock::duration pause, Moment now) {
  const std::scoped_lock lock(mutex_);
  stored_ = {.bytes = bytes, .at = now.wall};
  measure_at_ = now.steady + pause;
}

Allowance::Usage Allowance::usage(Moment now) const {
  const std::scoped_lock lock(mutex_);
  return {.limits = limits_, .bytes_today = bytes_on(day_of(now.wall)), .stored = stored_};
}

bool Allowance::is_idle(Bucket::Clock::time_point used_before, Moment now) {
  const std::scoped_lock lock(mutex_);
  const auto is_full = [&](Bucket& bucket, Quota quota) {
    return limit_of(quota) == 0 || bucket.is_full(rate_of(quota), now.steady);
  };
  const bool has_unstored =
      own_.bytes > 0 && own_.day >= day_of(now.wall) && limit_of(Quota::bytes_per_day) > 0;
  return used_at_ < used_before && !has_unstored && is_full(requests_, Quota::requests_per_second) &&
         is_full(events_, Quota::events_per_second);
}

}  // namespace annals::quotas
