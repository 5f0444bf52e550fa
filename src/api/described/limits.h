#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/query_fields.h"

namespace annals::api::described {

// These limits are checked by a handler and told by its description, and written once.

inline constexpr std::size_t kMaxLabel = 255;                           // of a tenant
inline constexpr std::int64_t kMaxRetention = 36'500;                   // days
inline constexpr std::int64_t kMaxOverlap = std::int64_t{30} * 86'400;  // seconds, of a tenant's secrets

inline constexpr std::size_t kMaxName = 255;  // of an id

inline constexpr std::size_t kMaxKeyName = 255;
inline constexpr std::size_t kMaxKeyClients = 1000;

inline constexpr std::size_t kMaxFields = 16;  // whose values a filter names
inline constexpr std::size_t kMaxFieldValues = 100;

inline constexpr std::size_t kMaxViewerValues = 100;       // of one part of a viewer token's filter
inline constexpr std::int64_t kMaxViewerSeconds = 86'400;  // for which a viewer token is valid
inline constexpr std::int64_t kDefaultViewerSeconds = 3'600;

/// The greatest offset of a page of events; a cursor leads further.
inline constexpr std::int64_t kMaxOffset = 100'000;

inline constexpr http::IntegerRule kPageLimit{.min = 1, .max = 1000, .fallback = 50};
inline constexpr http::IntegerRule kPageOffset{.min = 0};
inline constexpr http::IntegerRule kEventOffset{.min = 0, .max = kMaxOffset};
inline constexpr http::IntegerRule kGroupLimit{.min = 1, .max = 10'000, .fallback = 1000};

}  // namespace annals::api::described
