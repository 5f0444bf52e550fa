#include "journal/active_segment.h"

#include <algorithm>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "error.h"
#include "io/free_room.h"
#include "ops/log.h"

namespace annals::journal {
namespace {

Error cannot_grow(const std::string& why) {
  return {ErrorCode::engine_unavailable, "History database is unavailable.",
          fmt::format("the journal cannot begin a file: {}", why)};
}

}  // namespace

ActiveSegment::ActiveSegment(Settings settings, const Uuid& journal, std::uint64_t next_segment)
    : settings_(std::move(settings)), journal_(journal), next_segment_(next_segment) {}

Segment::Header ActiveSegment::begin(std::size_t bytes, std::uint64_t next) {
  const std::size_t size = std::max(settings_.segment_bytes, bytes + Segment::kHeaderSize);
  const Segment::Header header{.key = {.journal = journal_, .number = next_segment_++}, .next = next};
  const bool prepared = size == settings_.segment_bytes && take_spare();
  const auto source = prepared ? spare() : make_file(size, bytes > 0);
  active_ = std::make_unique<Segment>(source, settings_.directory, header, settings_.fsync);
  return header;
}

void ActiveSegment::append(std::string_view records) {
  active_->write(records);
  if (settings_.fsync) active_->sync();
}

void ActiveSegment::prepare_next(io::SideThreads& keeper) {
  if (!active_->is_half_full() || !must_make_spare()) return;
  keeper.post([this](bool has_thread) {
    const bool made = has_thread && make_spare();
    const std::scoped_lock lock(mutex_);
    spare_ = made ? Spare::ready : Spare::none;
  });
}

std::filesystem::path ActiveSegment::spare() const {
  return settings_.directory / "spare";
}

/// Returns false if there is none, or one that is still being made and must not be touched.
bool ActiveSegment::take_spare() {
  const std::scoped_lock lock(mutex_);
  if (spare_ != Spare::ready) return false;
  spare_ = Spare::none;
  return true;
}

bool ActiveSegment::must_make_spare() {
  const std::scoped_lock lock(mutex_);
  if (spare_ != Spare::none) return false;
  spare_ = Spare::being_made;
  return true;
}

bool ActiveSegment::make_spare() {
  try {
    check_room(settings_.segment_bytes);
    Segment::prepare(spare(), settings_.segment_bytes);
    return true;
  } catch (const std::exception& error) {
    ops::log_damped(ops::Level::warning, "the next file of the journal cannot be prepared",
                    {{"error", error.what()}});
    return false;
  }
}

/// A deletion may need a file when there is no room for records any more. A full disk costs nothing but this
/// attempt.
std::filesystem::path ActiveSegment::make_file(std::size_t size, bool for_records) const {
  if (for_records) check_room(size);
  auto path = settings_.directory / "next";
  try {
    Segment::prepare(path, size);
  } catch (const std::system_error& error) {
    if (!io::is_lack_of_room(error.code())) throw;
    throw cannot_grow(error.what());
  }
  return path;
}

/// Throws Error(engine_unavailable) if a file of that size for records would leave too little room.
void ActiveSegment::check_room(std::size_t size) const {
  if (settings_.min_free_bytes == 0 ||
      io::free_room(settings_.directory) >= settings_.min_free_bytes + size) {
    return;
  }
  throw cannot_grow("too little room would be left on the disk");
}

}  // namespace annals::journal
