#include "access/key_table.h"

#include <utility>

#include <fmt/format.h>

#include "engine/row_binary.h"
#include "engine/rows.h"
#include "ops/log.h"

namespace annals::access {
namespace {

using boost::asio::awaitable;
using Current = engine::VersionedDocuments::Current;

constexpr std::string_view kCreateUses = R"(
CREATE TABLE IF NOT EXISTS default.annals_key_uses
(
    key_id  UUID,
    used_at DateTime('UTC') COMMENT 'to the hour; the latest counts'
)
ENGINE = ReplacingMergeTree(used_at)
ORDER BY key_id
COMMENT 'When the platform keys of Annals were used last')";

/// Returns nullopt, and logs why, if a document is not one of this version.
std::optional<StoredKey> read(KeyId id, const std::string& document) {
  try {
    return StoredKey::parse(id, document);
  } catch (const std::exception& error) {
    ops::log_damped(ops::Level::error, "a platform key cannot be read; it opens nothing on this instance",
                    {{"key_id", id.text()}, {"error", error.what()}}, id.text());
    return std::nullopt;
  }
}

}  // namespace

awaitable<std::vector<StoredKey>> KeyTable::all() {
  const auto documents = co_await documents_.all();
  std::vector<StoredKey> keys;
  keys.reserve(documents.size());
  for (const auto& document : documents) {
    if (auto key = read(KeyId(document.id), document.text)) keys.push_back(*std::move(key));
  }
  co_return keys;
}

awaitable<std::string> KeyTable::fingerprint() {
  return documents_.fingerprint();
}

awaitable<StoredKey> KeyTable::add(StoredKey key) {
  co_await documents_.change(key.id.uuid(), [&key](const Current& current) -> std::optional<std::string> {
    if (!current.text.empty()) return std::nullopt;  // it is this one: ids are not chosen twice
    key.created_at = current.now;
    return key.document();
  });
  co_return key;
}

awaitable<std::optional<StoredKey>> KeyTable::change(KeyId id, std::function<void(StoredKey&)> change) {
  std::optional<StoredKey> changed;
  co_await documents_.change(id.uuid(), [&](const Current& current) -> std::optional<std::string> {
    changed.reset();
    if (current.text.empty()) return std::nullopt;
    changed = StoredKey::parse(id, current.text);
    change(*changed);
    auto text = changed->document();
    return text == current.text ? std::nullopt : std::optional(std::move(text));
  });
  co_return changed;
}

awaitable<bool> KeyTable::remove(KeyId id) {
  bool was_there = false;
  co_await documents_.change(id.uuid(), [&was_there](const Current& current) -> std::optional<std::string> {
    if (current.text.empty()) return std::nullopt;
    was_there = true;
    return "";
  });
  co_return was_there;
}

awaitable<void> KeyTable::restore(Document document) {
  (void)StoredKey::parse(KeyId(document.id), document.text);
  co_await documents_.change(document.id, [&document](const Current& current) -> std::optional<std::string> {
    return current.text.empty() ? std::optional(document.text) : std::nullopt;
  });
}

awaitable<void> KeyTable::bootstrap_uses() {
  if (has_uses_) co_return;
  co_await engine_.execute({.sql = std::string(kCreateUses)});
  has_uses_ = true;
}

awaitable<KeyTable::Uses> KeyTable::uses() {
  co_await bootstrap_uses();
  const auto text = co_await engine_.query(
      {.sql =
           "SELECT key_id, toUnixTimestamp(max(used_at)) FROM default.annals_key_uses GROUP BY key_id FORMAT "
           "TabSeparated"});
  Uses uses;
  engine::for_each_line(text, [&uses](std::string_view line) {
    const auto tab = line.find('\t');
    const auto id = KeyId::parse(line.substr(0, tab));
    if (id && tab != std::string_view::npos) uses.emplace(*id, std::stoll(std::string(line.substr(tab + 1))));
  });
  co_return uses;
}

awaitable<void> KeyTable::record_uses(Uses uses) {
  if (uses.empty()) co_return;
  co_await bootstrap_uses();
  engine::Insert insert{.into = "default.annals_key_uses (key_id, used_at) SETTINGS async_insert = 0",
                        .rows = {}};
  for (const auto& [id, used_at] : uses) {
    engine::append_uuid(insert.rows, id.uuid().data);
    engine::append_integer(insert.rows, static_cast<std::uint32_t>(used_at));
  }
  co_await engine_.insert(std::move(insert));
}

awaitable<void> KeyTable::purge() {
  const auto purged = co_await documents_.purge();
  if (purged.empty()) co_return;
  co_await bootstrap_uses();
  co_await engine_.execute(
      {.sql = "ALTER TABLE default.annals_key_uses DELETE WHERE has({ids:Array(UUID)}, key_id) SETTINGS "
              "mutations_sync = 2",
       .parameters = {{"ids", engine::uuid_array(purged)}}});
}

}  // namespace annals::access
