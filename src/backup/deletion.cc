#include "backup/deletion.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "backup/errors.h"
#include "io/settled.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

/// Says that a complete backup needs the one that was to be deleted.
class NeededByComplete : public Error {
 public:
  explicit NeededByComplete(const std::string& other)
      : Error(backup_refused(fmt::format("The backup {} needs this one: delete that one first.", other))) {}
};

Error used() {
  return backup_refused(fmt::format(
      "A job uses the backup: try again when it has ended. If its instance was killed, in {} minutes.",
      kUseTtl.count()));
}

bool is_needed_by_complete(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const NeededByComplete&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

awaitable<void> Deletion::check(std::string id) {
  const auto seen = co_await io::settled(look(id));
  if (!seen && is_needed_by_complete(seen.error())) (void)co_await io::settled(remove_deletions(id));
  (void)io::result_of(seen);
}

awaitable<void> Deletion::run(std::string id) {
  co_await check(id);
  const auto own = co_await catalogue_.mark_deleted(id);
  // What was seen before the mark does not count: from here on whoever wants to use the backup sees the mark.
  const auto seen = co_await io::settled(look(id));
  if (!seen) {
    const bool all = is_needed_by_complete(seen.error());
    (void)co_await io::settled(all ? remove_deletions(id) : catalogue_.remove_marks({own}));
    std::rethrow_exception(seen.error());
  }
  // Another instance may still be making it, and would complete it after it is gone.
  if (seen->has_start) co_await catalogue_.withdraw(id);
  // A crash from here on leaves a backup that is being deleted.
  co_await catalogue_.erase(id);
  auto left = co_await catalogue_.marks();
  co_await catalogue_.remove_marks(std::move(left[id].uses));
  co_await catalogue_.remove_marks(std::move(left[id].deletions));
}

/// A complete backup has found no mark of a deletion on what it needs, and every deletion since has seen it.
/// So if one needs the backup, all the marks are of deletions that were refused or will be.
awaitable<void> Deletion::remove_deletions(std::string id) {
  auto found = co_await catalogue_.marks();
  co_await catalogue_.remove_marks(std::move(found[id].deletions));
}

/// Returns the marks of the backup as they are while nobody needs it.
awaitable<Marks> Deletion::look(std::string id) {
  constexpr int kTries = 10;
  for (int tries = 0; tries < kTries; ++tries) {
    auto all = co_await catalogue_.marks();
    const Marks own = all[id];
    if (!own.state()) throw backup_not_found();
    const auto now = text::now();
    if (std::ranges::any_of(own.uses, [now](const auto& use) { return counts(use, now); })) throw used();
    const bool complete = co_await look_at_others(id, std::move(all));
    if (complete) co_return own;
  }
  throw Error(ErrorCode::overloaded, "Backups come and go at the moment. Try again later.");
}

/// Returns false if one of the others has changed meanwhile: an increment of it may have been missed.
awaitable<bool> Deletion::look_at_others(std::string id, std::map<std::string, Marks> all) {
  for (const auto& [other, marks] : all) {
    if (other == id || marks.is_withdrawn) continue;
    bool is_same = true;
    if (marks.has_manifest) {
      is_same = co_await look_at_complete(id, other);
    } else if (marks.has_start) {
      is_same = co_await look_at_unfinished(id, other);
    }
    if (!is_same) co_return false;
  }
  co_return true;
}

awaitable<bool> Deletion::look_at_complete(std::string id, std::string other) {
  const auto manifest = co_await io::settled(catalogue_.read(other));
  try {
    if (!manifest) std::rethrow_exception(manifest.error());
  } catch (const Error& error) {
    if (error.code() == ErrorCode::backup_not_found) co_return false;
    if (error.code() != ErrorCode::backup_refused) throw;
    // An increment is later than what it needs.
    if (other < id) co_return true;
    throw backup_refused(
        fmt::format("The backup {} cannot be read, so it may need this one: delete that one first. {}", other,
                    error.detail()));
  }
  if (std::ranges::find(manifest->needs, id) != manifest->needs.end()) throw NeededByComplete(other);
  co_return true;
}

awaitable<bool> Deletion::look_at_unfinished(std::string id, std::string other) {
  const auto base = co_await catalogue_.base_of_unfinished(other);
  if (!base) co_return false;
  if (*base != id) co_return true;
  throw backup_refused(fmt::format(
      "The backup {}, which is being made or was not finished, is an increment of this one: delete that one "
      "first.",
      other));
}

}  // namespace annals::backup
