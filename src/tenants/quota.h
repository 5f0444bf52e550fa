#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace annals::tenants {

/// The limits on what one tenant may use.
enum class Quota : std::uint8_t { events_per_second, bytes_per_day, stored_bytes, requests_per_second };

/// The names of the quotas, in the order of Quota, as requests, settings and stored documents have them.
inline constexpr std::array<std::string_view, 4> kQuotaNames{"events_per_second", "bytes_per_day",
                                                             "stored_bytes", "requests_per_second"};

/// The greatest value of a quota: JSON numbers above it are not exact everywhere.
inline constexpr std::uint64_t kMaxQuota = (std::uint64_t{1} << 53U) - 1;

/// A value for each quota: nullopt if none is set, and 0 for no limit.
class QuotaValues {
 public:
  using Value = std::optional<std::uint64_t>;

  [[nodiscard]] Value& operator[](Quota quota) { return values_.at(static_cast<std::size_t>(quota)); }
  [[nodiscard]] const Value& operator[](Quota quota) const {
    return values_.at(static_cast<std::size_t>(quota));
  }
  /// Returns these values, and `defaults` where none is set.
  [[nodiscard]] QuotaValues or_else(const QuotaValues& defaults) const;
  /// Returns whether any value is set.
  [[nodiscard]] bool any() const { return *this != QuotaValues(); }
  /// Returns whether any quota is limited.
  [[nodiscard]] bool limits() const;

  bool operator==(const QuotaValues&) const = default;

 private:
  std::array<Value, kQuotaNames.size()> values_ = {};
};

/// Calls `visit` with each quota and its name.
template <class Visit>
void for_each_quota(Visit visit) {
  for (std::size_t i = 0; i < kQuotaNames.size(); ++i) visit(static_cast<Quota>(i), kQuotaNames.at(i));
}

inline QuotaValues QuotaValues::or_else(const QuotaValues& defaults) const {
  QuotaValues result = *this;
  for_each_quota([&](Quota quota, std::string_view /*name*/) {
    if (!result[quota]) result[quota] = defaults[quota];
  });
  return result;
}

inline bool QuotaValues::limits() const {
  bool any = false;
  for_each_quota(
      [&](Quota quota, std::string_view /*name*/) { any = any || (*this)[quota].value_or(0) > 0; });
  return any;
}

/// The bytes that a tenant has brought in on one day.
struct DayUsage {
  std::int64_t day = 0;  // days since 1970, in UTC
  std::uint64_t bytes = 0;

  bool operator==(const DayUsage&) const = default;
};

}  // namespace annals::tenants
