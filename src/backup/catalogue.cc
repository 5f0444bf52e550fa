#include "backup/catalogue.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "backup/errors.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kFolder = "manifests";
constexpr std::string_view kComplete = ".json";
constexpr std::string_view kStarted = ".started";

std::string name_of(const std::string& id, std::string_view ending) {
  return fmt::format("{}/{}{}", kFolder, id, ending);
}

}  // namespace

std::string folder_of(const std::string& id) {
  return "data/" + id;
}

awaitable<std::vector<Listed>> Catalogue::list() {
  const auto names = co_await blobs_.destination().list(std::string(kFolder));
  std::map<std::string, bool> found;
  for (const std::string& name : names) {
    const auto point = name.find('.');
    std::string id = name.substr(0, point);
    if (point == std::string::npos || !is_backup_id(id)) continue;
    const auto ending = std::string_view(name).substr(point);
    if (ending == kComplete) found[id] = true;
    if (ending == kStarted) found.try_emplace(std::move(id), false);
  }
  std::vector<Listed> backups;
  backups.reserve(found.size());
  for (const auto& [id, is_complete] : found) backups.push_back({.id = id, .is_complete = is_complete});
  co_return backups;
}

awaitable<Manifest> Catalogue::find(std::string id) {
  if (!is_backup_id(id)) throw backup_not_found();
  const std::string name = name_of(id, kComplete);
  const auto text = co_await blobs_.destination().get(name);
  if (!text) throw backup_not_found();
  auto manifest = parse_manifest(*text, name);
  if (manifest.id != id) throw backup_damaged(name, "it is the manifest of another backup");
  co_return manifest;
}

awaitable<void> Catalogue::begin(std::string id) {
  co_await blobs_.destination().put(name_of(id, kStarted), "{}\n");
}

awaitable<void> Catalogue::complete(Manifest manifest) {
  co_await blobs_.put(name_of(manifest.id, kComplete), encode(manifest));
  co_await blobs_.destination().remove(name_of(manifest.id, kStarted));
}

awaitable<void> Catalogue::abandon(std::string id) {
  co_await blobs_.destination().remove(folder_of(id));
  co_await blobs_.destination().remove(name_of(id, kStarted));
}

}  // namespace annals::backup
