#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "quotas/bucket.h"
#include "tenants/tenant.h"
#include "text/time.h"

namespace annals::quotas {

/// Events and bytes that a tenant brings in.
struct Amount {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
};

/// Now, by the clocks that quotas need.
struct Moment {
  Bucket::Clock::time_point steady = Bucket::Clock::now();
  Timestamp wall = text::now();
};

/// Holds what one tenant may still use, in this instance. Thread-safe.
class Allowance {
 public:
  /// Takes over the tenant's quotas, and what is stored of its usage. What is older than what is known
  /// already changes nothing.
  void update(const tenants::Tenant& tenant, const tenants::QuotaValues& effective);

  /// Counts a request. Throws Error(over_quota).
  void take_request(Moment now = {});

  /// Throws Error(over_quota) if nothing may be written now.
  void check_write(Moment now = {});
  /// Throws Error(over_quota) if nothing more may be stored, be it one day's or altogether. `bytes` are those
  /// that are to come.
  void check_bytes(std::uint64_t bytes, Moment now = {});
  /// Returns how long to wait until events may be written again; zero if they may.
  Bucket::Clock::duration wait_for_events(Moment now = {});
  /// Returns Error(over_quota) for events that would have to wait that long.
  [[nodiscard]] std::exception_ptr too_many_events(Bucket::Clock::duration wait) const;

  /// Reserves what is about to be written, until settle() says what of it was. Whether any events may come is
  /// check_write()'s matter. Throws Error(over_quota) if the bytes are too many.
  void reserve(Amount amount, Moment now = {});
  void settle(Amount reserved, Amount written, Moment now = {}) noexcept;

  /// Takes note of bytes of a file that was stored.
  void add_stored(std::uint64_t bytes);

  /// Returns the bytes of a day that are counted and not stored yet; nullopt if there are none.
  std::optional<tenants::DayUsage> begin_storing(Moment now = {});
  /// Takes note that they are stored: the tenant is as it was read after it.
  void stored(tenants::DayUsage usage, const tenants::Tenant& tenant);

  struct Measured {
    std::uint64_t bytes = 0;
    Timestamp at = {};
  };
  /// Returns whether the stored bytes are limited, and were last measured before that time or never.
  [[nodiscard]] bool is_to_be_measured(Bucket::Clock::time_point before) const;
  /// Takes over what is stored, as it was at `now`. It is measured again `pause` later at the earliest.
  void set_measured(std::uint64_t bytes, Bucket::Clock::duration pause, Moment now = {});

  /// Holds what is shown of the usage.
  struct Usage {
    tenants::QuotaValues limits = {};
    std::uint64_t bytes_today = 0;
    std::optional<Measured> stored = {};
  };
  [[nodiscard]] Usage usage(Moment now = {}) const;

  /// Returns whether nothing would be forgotten if this object were made anew, and it was last used before
  /// that time.
  [[nodiscard]] bool is_idle(Bucket::Clock::time_point used_before, Moment now = {});

 private:
  [[nodiscard]] double rate_of(tenants::Quota quota) const;
  [[nodiscard]] std::uint64_t limit_of(tenants::Quota quota) const { return limits_[quota].value_or(0); }
  [[nodiscard]] std::uint64_t bytes_on(std::int64_t day) const;
  void check_bytes_locked(std::uint64_t bytes, Moment now);

  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t version_ = 0;
  tenants::QuotaValues limits_;
  Bucket requests_;
  Bucket events_;
  tenants::DayUsage known_;     // as all instances have stored it
  tenants::DayUsage own_;       // counted here since then
  std::uint64_t reserved_ = 0;  // bytes that are being written
  std::optional<Measured> stored_;
  Bucket::Clock::time_point measure_at_ = {};
  Bucket::Clock::time_point used_at_ = {};
};

/// Holds what is being written of a tenant's allowance. What was not written in the end is given back.
/// Movable; a null allowance is unlimited. Not thread-safe.
class Charge {
 public:
  Charge() = default;
  explicit Charge(std::shared_ptr<Allowance> allowance) : allowance_(std::move(allowance)) {}
  Charge(Charge&& other) noexcept
      : allowance_(std::move(other.allowance_)), taken_(std::exchange(other.taken_, {})) {}
  Charge& operator=(Charge&& other) noexcept {
    if (this == &other) return *this;
    settle({});
    allowance_ = std::move(other.allowance_);
    taken_ = std::exchange(other.taken_, {});
    return *this;
  }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;
  ~Charge() { settle({}); }

  /// Takes more. Throws as Allowance::reserve().
  void add(Amount amount) {
    if (!allowance_) return;
    allowance_->reserve(amount);
    taken_.events += amount.events;
    taken_.bytes += amount.bytes;
  }

  /// Says what was written of it, and gives the rest back.
  void settle(Amount written) noexcept {
    if (!allowance_) return;
    allowance_->settle(std::exchange(taken_, {}), written);
  }

 private:
  std::shared_ptr<Allowance> allowance_;
  Amount taken_;
};

}  // namespace annals::quotas
