#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "journal/record.h"

namespace annals::journal {

/// A record that is not known to be in its tenant's table.
struct Pending {
  Record record;
  std::uint64_t segment = 0;  // of its file
  bool may_be_moved = false;  // it was read from the disk: a process before may have moved it
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();  // or since the start
};
using PendingRecord = std::shared_ptr<const Pending>;

/// The records of all tenants that wait to be moved into the tables, each tenant's in the order of their
/// numbers. Not thread-safe.
class Backlog {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    std::chrono::milliseconds age{1'000};       // a tenant is due when its oldest record waits for so long
    std::size_t bytes = std::size_t{1} << 20U;  // or at once when so much of it waits
  };

  explicit Backlog(Limits limits) : limits_(limits) {}

  void add(PendingRecord record);

  /// Returns the first records of a tenant, at least one if there are any, and at most so many bytes more.
  [[nodiscard]] std::vector<PendingRecord> first_of(const ClientId& owner, std::size_t max_bytes) const;
  /// Returns the first number of a tenant's last record, if it has one.
  [[nodiscard]] std::optional<std::uint64_t> last_of(const ClientId& owner) const;
  /// Returns the records that lie in that segment.
  [[nodiscard]] std::vector<PendingRecord> in_segment(std::uint64_t number) const;

  /// Removes the first `count` records of a tenant and returns them.
  std::vector<PendingRecord> remove(const ClientId& owner, std::size_t count);
  /// Removes all records of a tenant and returns them.
  std::vector<PendingRecord> remove_all(const ClientId& owner);

  /// Returns the tenant that is due for the longest time, if any is.
  [[nodiscard]] std::optional<ClientId> due() const;
  /// Returns the tenant that is due first, now or later, but for those that are postponed.
  [[nodiscard]] std::optional<ClientId> oldest() const;
  /// Makes the tenant due again after that time.
  void postpone(const ClientId& owner, Clock::duration time);

  /// Returns since when the record waits that waits longest, if any does. Looks at every tenant that has
  /// some.
  [[nodiscard]] std::optional<Clock::time_point> since() const;

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::size_t bytes_of(const ClientId& owner) const;
  [[nodiscard]] std::size_t tenants() const { return tenants_.size(); }

 private:
  struct Tenant {
    std::deque<PendingRecord> records;
    std::size_t bytes = 0;
    Clock::time_point due;
    bool is_postponed = false;
  };

  void make_due(const ClientId& owner, Tenant& tenant, Clock::time_point due);

  const Limits limits_;
  std::map<ClientId, Tenant> tenants_;                       // none without records
  std::set<std::pair<Clock::time_point, ClientId>> by_due_;  // the same tenants
  std::size_t bytes_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace annals::journal
