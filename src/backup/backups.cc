#include "backup/backups.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "backup/check.h"
#include "backup/errors.h"
#include "io/settled.h"
#include "tenants/errors.h"

// NOLINTBEGIN(*-reference-coroutine-parameters): the private coroutines are awaited at once

namespace annals::backup {

using boost::asio::awaitable;

awaitable<Manifest> Backups::run(Request request, Watch watch) {
  const std::string id = request.id;
  auto made = co_await io::settled(write(std::move(request), std::move(watch)));
  if (!made) (void)co_await io::settled(parts_.catalogue.abandon(id));
  auto manifest = io::result_of(std::move(made));
  co_await parts_.catalogue.complete(manifest);
  co_return manifest;
}

awaitable<Manifest> Backups::write(Request request, Watch watch) {
  const auto base = co_await parts_.catalogue.begin(request.id, request.base);
  Manifest manifest{.id = request.id,
                    .started_at = text::now(),
                    .finished_at = {},
                    .version = ANNALS_VERSION,
                    .tenant = request.tenant,
                    .base = request.base,
                    .needs = {},
                    .tenants = {},
                    .keys = {}};
  const auto tenants = co_await tenants_of(request);
  watch.report([&](Progress& progress) { progress.tenants = tenants.size(); });
  std::set<std::string> needs;
  for (const ClientId& tenant : tenants) {
    co_await add_tenant(manifest, base, tenant, needs, watch);
    watch.report([](Progress& progress) { ++progress.tenants_done; });
  }
  if (request.tenant && manifest.tenants.empty()) throw tenants::tenant_not_found();
  if (!request.tenant) co_await add_keys(manifest);
  manifest.needs.assign(needs.begin(), needs.end());
  watch.report([&](Progress& progress) { manifest.new_bytes = progress.bytes; });
  // This does not show: the counts above are those of the backup.
  co_await check_all(parts_.tenant.blobs, manifest, watch.quiet());
  manifest.finished_at = text::now();
  co_return manifest;
}

awaitable<std::vector<ClientId>> Backups::tenants_of(Request request) {
  std::vector<ClientId> ids;
  if (request.tenant) {
    ids.push_back(*request.tenant);
    co_return ids;
  }
  constexpr std::uint64_t kPage = 1000;
  std::set<ClientId> seen;  // a page may shift while tenants come and go
  for (std::uint64_t offset = 0;; offset += kPage) {
    const auto page =
        co_await parts_.tenant.registry.list({.state = tenants::TenantState::active}, kPage, offset);
    for (const auto& tenant : page.tenants) {
      if (seen.insert(tenant.id).second) ids.push_back(tenant.id);
    }
    if (page.tenants.size() < kPage) co_return ids;
  }
}

awaitable<void> Backups::add_tenant(Manifest& manifest, std::optional<Manifest> base, ClientId tenant,
                                    std::set<std::string>& needs, Watch watch) {
  std::optional<Base> earlier;
  if (base) earlier = co_await base_of(parts_.tenant.blobs, *std::move(base), tenant);
  TenantBackup work(parts_.tenant, manifest.id, tenant, std::move(earlier), watch);
  auto entry = co_await work.run();
  if (!entry) {
    watch.report([&](Progress& progress) {
      progress.remarks.push_back(fmt::format("{} was deleted meanwhile and is left out", tenant.text()));
    });
    co_return;
  }
  needs.insert(work.needs().begin(), work.needs().end());
  manifest.tenants.push_back(*std::move(entry));
}

awaitable<void> Backups::add_keys(Manifest& manifest) {
  const auto keys = co_await parts_.keys.documents();
  manifest.keys = co_await parts_.tenant.blobs.put(folder_of(manifest.id) + "/keys.json", encode_keys(keys));
  manifest.key_count = keys.size();
  manifest.names = co_await parts_.tenant.names.document(std::nullopt);
}

std::string encode_keys(const std::vector<access::KeyTable::Document>& keys) {
  boost::json::array array;
  for (const auto& key : keys) array.push_back({{"key_id", uuid_text(key.id)}, {"document", key.text}});
  return boost::json::serialize(array);
}

std::vector<access::KeyTable::Document> parse_keys(std::string_view text, const std::string& name) {
  std::vector<access::KeyTable::Document> keys;
  try {
    const boost::json::value value = boost::json::parse(text);
    for (const auto& one : value.as_array()) {
      const auto id = parse_uuid(one.at("key_id").as_string());
      if (!id) throw std::runtime_error("an id is malformed");
      keys.push_back({.id = *id, .text = std::string(one.at("document").as_string())});
    }
  } catch (const std::exception& error) {
    throw backup_damaged(name, error.what());
  }
  return keys;
}

}  // namespace annals::backup

// NOLINTEND(*-reference-coroutine-parameters)
