#include "backup/catalogue.h"

#include <exception>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "backup/errors.h"
#include "io/settled.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kFolder = "manifests";
constexpr std::string_view kComplete = ".json";
constexpr std::string_view kStarted = ".started";
constexpr std::string_view kWithdrawn = ".withdrawn";
constexpr std::string_view kUsed = ".used-";
constexpr std::string_view kDeleting = ".deleting-";

std::string name_of(std::string_view id, std::string_view ending) {
  return fmt::format("{}/{}{}", kFolder, id, ending);
}

/// Returns an ending of its own for a mark that was made at that time.
std::string stamped(std::string_view ending) {
  return fmt::format("{}{}", ending, new_backup_id(text::now()));
}

void note(Marks& marks, std::string_view id, std::string_view ending) {
  if (ending == kComplete) marks.has_manifest = true;
  if (ending == kStarted) marks.has_start = true;
  if (ending == kWithdrawn) marks.is_withdrawn = true;
  if (ending.starts_with(kUsed) && is_backup_id(ending.substr(kUsed.size()))) {
    marks.uses.push_back(name_of(id, ending));
  }
  if (ending.starts_with(kDeleting) && is_backup_id(ending.substr(kDeleting.size()))) {
    marks.deletions.push_back(name_of(id, ending));
  }
}

std::string start_of(const std::optional<std::string>& base) {
  boost::json::object start;
  if (base) start["base"] = *base;
  return boost::json::serialize(start) + "\n";
}

/// Throws Error(backup_refused) if the text is not that of start_of().
std::optional<std::string> base_in(std::string_view start, const std::string& name) {
  boost::system::error_code error;
  const auto value = boost::json::parse(start, error);
  const auto* object = value.if_object();
  if (error || object == nullptr) throw backup_damaged(name, "it is no beginning of a backup");
  const auto* base = object->if_contains("base");
  if (base == nullptr) return std::nullopt;
  if (!base->is_string()) throw backup_damaged(name, "it is no beginning of a backup");
  return std::string(base->as_string());
}

bool is_lack_of_room(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.code() == ErrorCode::file_store_full;
  } catch (...) {
    return false;
  }
}

}  // namespace

std::optional<BackupState> Marks::state() const {
  if (!has_manifest && !has_start && deletions.empty()) return std::nullopt;
  if (is_withdrawn || !deletions.empty()) return BackupState::deleting;
  return has_manifest ? BackupState::complete : BackupState::unfinished;
}

bool counts(std::string_view use, Timestamp now) {
  const auto begin = use.find(kUsed);
  return begin != std::string_view::npos && use.substr(begin + kUsed.size()) > new_backup_id(now - kUseTtl);
}

std::string folder_of(const std::string& id) {
  return "data/" + id;
}

awaitable<std::map<std::string, Marks>> Catalogue::marks() {
  const auto names = co_await blobs_.destination().list(std::string(kFolder));
  std::map<std::string, Marks> found;
  for (const std::string& name : names) {
    const auto point = name.find('.');
    const std::string id = name.substr(0, point);
    if (point == std::string::npos || !is_backup_id(id)) continue;
    note(found[id], id, std::string_view(name).substr(point));
  }
  co_return found;
}

awaitable<std::vector<Listed>> Catalogue::list() {
  const auto found = co_await marks();
  std::vector<Listed> backups;
  for (const auto& [id, marks] : found) {
    if (const auto state = marks.state()) backups.push_back({.id = id, .state = *state});
  }
  co_return backups;
}

awaitable<Manifest> Catalogue::read(std::string id) {
  if (!is_backup_id(id)) throw backup_not_found();
  const std::string name = name_of(id, kComplete);
  const auto text = co_await blobs_.destination().get(name);
  if (!text) throw backup_not_found();
  auto manifest = parse_manifest(*text, name);
  if (manifest.id != id) throw backup_damaged(name, "it is the manifest of another backup");
  co_return manifest;
}

/// The manifest is read first, and the marks then: who has marked the backup as used, and finds no mark of a
/// deletion here, is seen by every deletion that begins later.
awaitable<Manifest> Catalogue::find(std::string id) {
  auto manifest = co_await read(id);
  const auto found = co_await marks();
  const auto own = found.find(id);
  if (own == found.end() || !own->second.has_manifest) throw backup_not_found();
  if (own->second.state() == BackupState::deleting) throw backup_refused("The backup is being deleted.");
  co_return manifest;
}

awaitable<std::optional<std::optional<std::string>>> Catalogue::base_of_unfinished(std::string id) {
  const std::string name = name_of(id, kStarted);
  const auto text = co_await blobs_.destination().get(name);
  if (!text) co_return std::nullopt;
  co_return std::optional(base_in(*text, name));
}

awaitable<std::optional<Manifest>> Catalogue::begin(std::string id, std::optional<std::string> base) {
  co_await blobs_.destination().put(name_of(id, kStarted), start_of(base));
  std::optional<Manifest> found;
  if (base) found = co_await find(*std::move(base));
  co_return found;
}

awaitable<void> Catalogue::complete(Manifest manifest) {
  auto put = co_await io::settled(blobs_.put(name_of(manifest.id, kComplete), encode(manifest)));
  if (!put && is_lack_of_room(put.error())) co_await abandon(manifest.id);
  (void)io::result_of(std::move(put));
  const auto found = co_await marks();
  const auto own = found.find(manifest.id);
  if (own != found.end() && own->second.is_withdrawn) {
    co_await erase(manifest.id);
    throw backup_refused("The backup was deleted while it was made.");
  }
  co_await blobs_.destination().remove(name_of(manifest.id, kStarted));
}

awaitable<void> Catalogue::abandon(std::string id) {
  co_await blobs_.destination().remove(folder_of(id));
  co_await blobs_.destination().remove(name_of(id, kStarted));
}

awaitable<std::string> Catalogue::mark_used(std::string id) {
  auto name = name_of(id, stamped(kUsed));
  co_await blobs_.destination().put(name, "");
  co_return name;
}

awaitable<std::string> Catalogue::mark_deleted(std::string id) {
  auto name = name_of(id, stamped(kDeleting));
  co_await blobs_.destination().put(name, "");
  co_return name;
}

awaitable<void> Catalogue::withdraw(std::string id) {
  co_await blobs_.destination().put(name_of(id, kWithdrawn), "");
}

awaitable<void> Catalogue::remove_marks(std::vector<std::string> names) {
  for (const std::string& name : names) co_await blobs_.destination().remove(name);
}

awaitable<void> Catalogue::erase(std::string id) {
  co_await blobs_.destination().remove(name_of(id, kComplete));
  co_await blobs_.destination().remove(folder_of(id));
  co_await blobs_.destination().remove(name_of(id, kStarted));
}

}  // namespace annals::backup
