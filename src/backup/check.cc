#include "backup/check.h"

#include <string>
#include <utility>

#include "backup/errors.h"
#include "backup/rows.h"

// NOLINTBEGIN(*-reference-coroutine-parameters): the blobs outlive their readers

namespace annals::backup {
namespace {

using boost::asio::awaitable;

awaitable<void> check_rows(Blobs& blobs, RowBlob rows, Watch watch) {
  watch.check();
  const std::string& name = rows.blob.name;
  const std::string content = co_await blobs.get(rows.blob);
  const auto count =
      co_await blobs.aside([&content, &name] { return count_rows(decompressed(content, name), name); });
  if (count != rows.rows) throw backup_damaged(name, "it has another number of events");
  watch.report([&](Progress& progress) {
    progress.events += count;
    progress.bytes += content.size();
  });
}

awaitable<void> check_file(Blobs& blobs, KeptFile file, Watch watch) {
  std::uint64_t size = 0;
  for (const Blob& part : file.parts) {
    watch.check();
    const std::string content = co_await blobs.get(part);
    size += content.size();
  }
  if (size != file.size) throw backup_damaged(file.id.text(), "the file has another size");
  watch.report([size](Progress& progress) {
    ++progress.files;
    progress.bytes += size;
  });
}

}  // namespace

awaitable<void> check_tenant(Blobs& blobs, TenantEntry entry, Watch watch) {
  const std::string name = entry.details.name;
  const auto details = parse_details(co_await blobs.get(entry.details), name);
  if (details.tenant.id != entry.id) throw backup_damaged(name, "it is of another tenant");
  std::uint64_t rows = 0;
  for (const RowBlob& one : details.rows) {
    co_await check_rows(blobs, one, watch);
    rows += one.rows;
  }
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
  for (const Blob& list : details.file_lists) {
    const auto kept = parse_files(co_await blobs.get(list), list.name);
    for (const KeptFile& file : kept) {
      co_await check_file(blobs, file, watch);
      ++files;
      file_bytes += file.size;
    }
  }
  if (rows != details.table.rows || rows != entry.rows) throw backup_damaged(name, "events are missing");
  if (files != entry.files || file_bytes != entry.file_bytes) throw backup_damaged(name, "files are missing");
  watch.report([](Progress& progress) { ++progress.tenants_done; });
}

awaitable<void> check_all(Blobs& blobs, Manifest manifest, Watch watch) {
  watch.report([&](Progress& progress) { progress.tenants = manifest.tenants.size(); });
  if (manifest.keys) (void)co_await blobs.get(*manifest.keys);
  for (const TenantEntry& entry : manifest.tenants) co_await check_tenant(blobs, entry, watch);
}

}  // namespace annals::backup

// NOLINTEND(*-reference-coroutine-parameters)
