#include "backup/tenant_backup.h"

#include <utility>

#include <fmt/format.h>

#include "backup/catalogue.h"
#include "backup/errors.h"
#include "backup/rows.h"
#include "files/file_ids.h"

// NOLINTBEGIN(*-reference-coroutine-parameters): the private coroutines are awaited at once

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kPiece = std::size_t{16} << 20U;     // bytes of rows, before they are compressed
constexpr std::size_t kFilePart = std::size_t{16} << 20U;  // bytes
constexpr std::size_t kFileList = std::size_t{4} << 20U;   // bytes
constexpr int kTries = 4;

/// Says that the table has changed while it was read.
struct Changed {};

}  // namespace

TenantBackup::TenantBackup(Parts parts, std::string backup, ClientId tenant, std::optional<Base> base,
                           Watch watch)
    : parts_(std::move(parts)),
      backup_(std::move(backup)),
      tenant_(tenant),
      base_(std::move(base)),
      watch_(std::move(watch)),
      folder_(fmt::format("{}/{}", folder_of(backup_), tenant_.text())) {}

awaitable<std::optional<TenantEntry>> TenantBackup::run() {
  for (int tries = 0; tries < kTries; ++tries) {
    watch_.check();
    try {
      auto entry = co_await run_once();
      co_return entry;
    } catch (const Changed&) {
      needs_.clear();
    }
  }
  throw Error(ErrorCode::overloaded,
              fmt::format("Events of the tenant {} were removed while they were read, again and again.",
                          tenant_.text()));
}

/// A tenant that is deleted meanwhile is not an error of the backup.
awaitable<std::optional<TenantEntry>> TenantBackup::run_once() {
  auto tenant = co_await parts_.registry.keep(tenant_);
  if (!tenant) co_return std::nullopt;
  std::exception_ptr failure;
  try {
    auto entry = co_await write(*std::move(tenant));
    co_return entry;
  } catch (const Error&) {
    failure = std::current_exception();
  }
  const auto still = co_await parts_.registry.keep(tenant_);
  if (!still) co_return std::nullopt;
  std::rethrow_exception(failure);
}

/// Returns nullopt if a deletion of the tenant has begun before the end: it may have removed some of what is
/// copied here.
awaitable<std::optional<TenantEntry>> TenantBackup::write(tenants::KeptTenant tenant) {
  const events::EventsTable table{
      .engine = parts_.engine, .database = tenant.request.database, .owner = tenant_};
  TenantEntry entry{.id = tenant_,
                    .label = tenant.request.label,
                    .database = tenant.request.database.text(),
                    .details = {}};
  TenantDetails details{.tenant = std::move(tenant), .table = {}, .rows = {}, .file_lists = {}};
  co_await write_rows(table, details);
  co_await write_files(table.database, details, entry);
  // Settings may have changed since; those of now belong to what was copied by now.
  auto latest = co_await parts_.registry.keep(tenant_);
  if (!latest) co_return std::nullopt;
  details.tenant = *std::move(latest);
  details.names = co_await parts_.names.document(tenant_);
  entry.rows = details.table.rows;
  entry.details = co_await put(folder_ + "/tenant.json", encode(details));
  co_return entry;
}

awaitable<void> TenantBackup::write_rows(events::EventsTable table, TenantDetails& details) {
  if (parts_.settle) co_await parts_.settle(table);
  const auto last = co_await events::last_arrival(table);
  details.table = co_await state_of(table, last);
  const auto after = co_await reuse_rows(table, details);
  std::uint64_t rows = 0;
  for (const RowBlob& reused : details.rows) rows += reused.rows;
  rows += co_await stream_rows(table, details, after);
  if (rows != details.table.rows) throw Changed();
}

/// Takes over the rows of the base if the table still has just these up to the base's cut. Returns the place
/// after which rows must be written.
awaitable<std::uint64_t> TenantBackup::reuse_rows(events::EventsTable table, TenantDetails& details) {
  if (!base_ || base_->rows.empty()) co_return 0;
  const auto present = co_await state_of(table, base_->table.last_arrival);
  if (present != base_->table) co_return 0;
  details.rows = base_->rows;
  for (const RowBlob& reused : details.rows) note_need(reused.blob);
  co_return base_->table.last_arrival;
}

awaitable<std::uint64_t> TenantBackup::stream_rows(events::EventsTable table, TenantDetails& details,
                                                   std::uint64_t after) {
  std::uint64_t rows = 0;
  const std::uint64_t last = details.table.last_arrival;
  if (after >= last) co_return rows;
  RowCutter cutter(kPiece);
  auto stream = co_await parts_.engine.stream(select_rows(table, after, last));
  bool at_end = false;
  while (!at_end) {
    watch_.check();
    const auto part = co_await stream->next();
    at_end = !part;
    if (part) cutter.add(*part);
    while (auto piece = cutter.take(at_end)) {
      rows += piece->count;
      co_await write_piece(std::move(piece->bytes), piece->count, details);
    }
  }
  if (cutter.is_inside_row()) throw std::logic_error("the engine's rows end in the middle of one");
  co_return rows;
}

awaitable<void> TenantBackup::write_piece(std::string bytes, std::uint64_t count, TenantDetails& details) {
  auto content = co_await parts_.blobs.aside([&bytes] { return compressed(bytes); });
  auto blob = co_await put(fmt::format("{}/rows-{:06}", folder_, next_blob_++), std::move(content));
  details.rows.push_back({.blob = std::move(blob), .rows = count});
  watch_.report([count](Progress& progress) { progress.events += count; });
}

awaitable<void> TenantBackup::write_files(DatabaseName database, TenantDetails& details, TenantEntry& entry) {
  auto ids = co_await parts_.files.list(database);
  const auto earlier = co_await parts_.late_uploads.earlier_owners(database);
  std::erase_if(ids, [&](const FileId& id) { return files::is_of_an_earlier(earlier, id, tenant_); });
  std::string list;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto file = co_await write_file({.owner = tenant_, .database = database, .id = ids[i]});
    if (!file) continue;  // it was removed since
    ++entry.files;
    entry.file_bytes += file->size;
    list += fmt::format("{}{}", list.empty() ? "[" : ",\n", encode(*file));
    if (list.size() < kFileList) continue;
    details.file_lists.push_back(co_await put(fmt::format("{}/files-{:06}.json", folder_, next_blob_++),
                                              std::exchange(list, {}) + "]"));
  }
  if (list.empty()) co_return;
  details.file_lists.push_back(
      co_await put(fmt::format("{}/files-{:06}.json", folder_, next_blob_++), std::move(list) + "]"));
}

/// Returns nullopt if the file does not exist any more.
awaitable<std::optional<KeptFile>> TenantBackup::write_file(files::TenantFile file) {
  watch_.check();
  const auto content = co_await parts_.files.open_content(file);
  if (!content) co_return std::nullopt;
  KeptFile kept{.id = file.id,
                .headers = content->headers(),
                .version = content->version(),
                .size = content->size(),
                .parts = {}};
  watch_.report([](Progress& progress) { ++progress.files; });
  if (auto reused = reuse_file(kept)) co_return reused;
  for (std::uint64_t at = 0; at < kept.size; at += kFilePart) {
    watch_.check();
    auto part = co_await content->read(at, kFilePart);
    kept.parts.push_back(co_await put(
        fmt::format("{}/file-{}-{:05}", folder_, file.id.text(), kept.parts.size() + 1), std::move(part)));
  }
  co_return kept;
}

std::optional<KeptFile> TenantBackup::reuse_file(const KeptFile& present) {
  if (!base_) return std::nullopt;
  const auto found = base_->files.find(present.id);
  if (found == base_->files.end()) return std::nullopt;
  const KeptFile& kept = found->second;
  if (kept.size != present.size || kept.version != present.version || present.version.empty())
    return std::nullopt;
  for (const Blob& part : kept.parts) note_need(part);
  return kept;
}

awaitable<Blob> TenantBackup::put(std::string name, std::string content) {
  watch_.report([size = content.size()](Progress& progress) { progress.bytes += size; });
  auto blob = co_await parts_.blobs.put(std::move(name), std::move(content));
  co_return blob;
}

void TenantBackup::note_need(const Blob& blob) {
  auto backup = backup_of(blob);
  if (backup != backup_) needs_.insert(std::move(backup));
}

}  // namespace annals::backup

// NOLINTEND(*-reference-coroutine-parameters)
