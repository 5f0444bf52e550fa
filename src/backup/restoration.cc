#include "backup/restoration.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "backup/backups.h"
#include "backup/check.h"
#include "backup/errors.h"
#include "backup/rows.h"
#include "files/file_ids.h"
#include "io/settled.h"
#include "ops/log.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxLabel = 255;

/// Gives the parts of a kept file one after the other, each checked, while the claims on its place are kept.
class PartsOf {
 public:
  PartsOf(Blobs& blobs, std::vector<Blob> parts, tenants::Fence keep)
      : blobs_(blobs), parts_(std::move(parts)), keep_(std::move(keep)) {}

  awaitable<std::optional<std::string>> next() {
    co_await keep_();
    if (next_ == parts_.size()) co_return std::nullopt;
    auto content = co_await blobs_.get(parts_[next_++]);
    co_return content;
  }

 private:
  Blobs& blobs_;
  const std::vector<Blob> parts_;
  const tenants::Fence keep_;
  std::size_t next_ = 0;
};

/// Returns the error for a copy under the name that its original had until a short time ago. The files of the
/// copy are the original's by their ids, and would be taken for late uploads and removed.
Error name_still_cleaned(const DatabaseName& name) {
  return backup_refused(
      fmt::format("Files of this client that arrive late are still removed under the name {}: restore the "
                  "client under its "
                  "own id, or the copy under another database_name.",
                  name.text()));
}

}  // namespace

awaitable<ClientId> Restoration::restore_one(Request request, Watch watch) {
  const auto manifest = co_await parts_.catalogue.find(request.backup);
  if (!request.tenant) throw std::logic_error("a restoration of one client names none");
  auto entry = entry_of(manifest, *request.tenant);
  watch.report([](Progress& progress) { progress.tenants = 1; });
  co_await check_tenant(parts_.blobs, entry, watch.quiet());
  const auto id = co_await restore(std::move(entry), std::move(request), watch);
  co_return id;
}

awaitable<void> Restoration::restore_all(Request request, Watch watch) {
  const auto manifest = co_await parts_.catalogue.find(request.backup);
  watch.report([&](Progress& progress) { progress.tenants = manifest.tenants.size(); });
  co_await check_all(parts_.blobs, manifest, watch.quiet());
  co_await restore_keys(manifest, watch);
  co_await restore_names(manifest, watch);
  std::size_t failed = 0;
  for (const TenantEntry& entry : manifest.tenants) {
    watch.check();
    const bool done = co_await restore_if_missing(entry, request, watch);
    if (!done) ++failed;
  }
  if (failed > 0)
    throw backup_refused(fmt::format("{} clients could not be restored; see the remarks.", failed));
}

/// Returns false, and remarks why, if the tenant could not be restored.
awaitable<bool> Restoration::restore_if_missing(TenantEntry entry, Request request, Watch watch) {
  const auto remark = [&watch](std::string text) {
    watch.report([&text](Progress& progress) { progress.remarks.push_back(std::move(text)); });
  };
  const std::string id = entry.id.text();
  try {
    const auto found = co_await parts_.registry.find(entry.id);
    if (found) {
      remark(fmt::format("{} is there and was left as it is", id));
      watch.report([](Progress& progress) { ++progress.tenants_done; });
      co_return true;
    }
    co_await restore(std::move(entry), std::move(request), watch);
    co_return true;
  } catch (const Error& error) {
    remark(fmt::format("{} was not restored: {}", id, error.detail()));
    ops::log(ops::Level::error, "a tenant was not restored", {{"client_id", id}, {"error", error.what()}});
  }
  watch.check();
  co_return false;
}

awaitable<ClientId> Restoration::restore(TenantEntry entry, Request request, Watch watch) {
  const auto text = co_await parts_.blobs.get(entry.details);
  auto details = parse_details(text, entry.details.name);
  tenants::KeptTenant kept = details.tenant;
  if (request.as_new) kept.id = ClientId::random();
  if (request.database) kept.request.database = *std::move(request.database);
  if (request.label) kept.request.label = *std::move(request.label);
  if (kept.request.label.empty() || kept.request.label.size() > 4 * kMaxLabel) {
    throw backup_damaged(entry.details.name, "the label is none");
  }
  const ClientId id = kept.id;
  auto work = [this, kept, details = std::move(details), entry = std::move(entry),
               watch](tenants::Fence keep) { return fill(kept, details, entry, watch, std::move(keep)); };
  co_await parts_.lifecycle.restore(std::move(kept), std::move(work));
  watch.report([](Progress& progress) { ++progress.tenants_done; });
  co_return id;
}

awaitable<void> Restoration::fill(tenants::KeptTenant kept, TenantDetails details, TenantEntry entry,
                                  Watch watch, tenants::Fence keep) {
  parts_.readmit(kept.id);
  const events::EventsTable table{
      .engine = parts_.engine, .database = kept.request.database, .owner = kept.id};
  co_await fill_table(table, details, watch, keep);
  co_await parts_.names.restore(kept.id, details.names);
  const files::TenantFile place{.owner = kept.id, .database = kept.request.database, .id = FileId(Uuid{})};
  co_await fill_files(place, details, watch, keep);
  const auto files = co_await parts_.files.list(kept.request.database);
  if (files.size() != entry.files) {
    throw Error(ErrorCode::file_store_unavailable, "File store is unavailable.",
                fmt::format("{} files were restored, and the store lists {}", entry.files, files.size()));
  }
}

awaitable<void> Restoration::fill_table(events::EventsTable table, TenantDetails details, Watch watch,
                                        tenants::Fence keep) {
  for (const RowBlob& one : details.rows) {
    watch.check();
    co_await keep();
    const std::string& name = one.blob.name;
    const auto content = co_await parts_.blobs.get(one.blob);
    auto rows = co_await parts_.blobs.aside(
        [&content, &name] { return rows_to_insert(decompressed(content, name), name); });
    co_await parts_.engine.insert(table.insert(std::move(rows), false));
    watch.report([&](Progress& progress) {
      progress.events += one.rows;
      progress.bytes += content.size();
    });
  }
  co_await parts_.engine.make_durable();
  co_await keep();
  const auto state = co_await state_of(table, details.table.last_arrival);
  if (state == details.table) co_return;
  throw Error(ErrorCode::engine_unavailable, "History database is unavailable.",
              fmt::format("the restored table has {} rows with the hash {}, and the backup {} with {}",
                          state.rows, state.hash, details.table.rows, details.table.hash));
}

awaitable<void> Restoration::fill_files(files::TenantFile place, TenantDetails details, Watch watch,
                                        tenants::Fence keep) {
  if (details.file_lists.empty()) co_return;
  // The name is held, so that no more of them come.
  const auto earlier = co_await parts_.late_uploads.earlier_owners(place.database);
  co_await parts_.files.prepare(place.database);
  for (const Blob& list : details.file_lists) {
    const auto text = co_await parts_.blobs.get(list);
    auto files = parse_files(text, list.name);
    for (KeptFile& file : files) {
      watch.check();
      co_await keep();
      place.id = file.id;
      if (files::is_of_an_earlier(earlier, place.id, place.owner)) throw name_still_cleaned(place.database);
      co_await put_file(place, std::move(file), watch, keep);
    }
  }
}

awaitable<void> Restoration::put_file(files::TenantFile place, KeptFile file, Watch watch,
                                      tenants::Fence keep) {
  const auto parts = std::make_shared<PartsOf>(parts_.blobs, std::move(file.parts), std::move(keep));
  co_await parts_.files.put(place, std::move(file.headers), file.size, [parts] { return parts->next(); });
  const auto found = co_await parts_.files.find(place);
  if (!found || found->size != file.size) {
    throw Error(ErrorCode::file_store_unavailable, "File store is unavailable.",
                "a restored file has another size");
  }
  watch.report([&](Progress& progress) {
    ++progress.files;
    progress.bytes += file.size;
  });
}

/// Adds the platform's names. They are no reason to leave a tenant out.
awaitable<void> Restoration::restore_names(Manifest manifest, Watch watch) {
  if (manifest.names.empty()) co_return;
  const auto outcome = co_await io::settled(parts_.names.add(manifest.names));
  try {
    io::result_of(outcome);
  } catch (const Error& error) {
    watch.report([&error](Progress& progress) {
      progress.remarks.push_back(
          fmt::format("the names of ids for all clients were not restored beside those that are there: {}",
                      error.detail()));
    });
    ops::log(ops::Level::error, "names of ids were not restored", {{"error", error.what()}});
  }
}

awaitable<void> Restoration::restore_keys(Manifest manifest, Watch /*watch*/) {
  if (!manifest.keys) co_return;
  const auto text = co_await parts_.blobs.get(*manifest.keys);
  co_await parts_.keys.restore(parse_keys(text, manifest.keys->name));
}

}  // namespace annals::backup
