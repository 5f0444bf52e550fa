#pragma once

#include <cstdint>

namespace annals::engine {

// Room on the disk of the embedded engine that is kept free, in bytes, in three steps: while there is less,
// something is refused. The engine asks for the room that a part needs before it writes the part, and then
// does not notice if a write fails all the same (26.7: with ENOSPC from every write(2) an insert succeeds,
// and its part is empty). So what others may take meanwhile must be left. A deletion gives room back, so the
// last of it is kept for what a deletion writes.

/// The room below which tables take no events.
inline constexpr std::uint64_t kFreeForEvents = std::uint64_t{256} << 20U;
/// The room below which the journal begins no file for events.
inline constexpr std::uint64_t kFreeForJournal = std::uint64_t{128} << 20U;
/// The room below which the engine writes nothing at all.
inline constexpr std::uint64_t kFreeForDeletions = std::uint64_t{32} << 20U;

}  // namespace annals::engine
