#include "backup/base.h"

#include <utility>

namespace annals::backup {

using boost::asio::awaitable;

// NOLINTNEXTLINE(*-reference-coroutine-parameters): the blobs outlive their readers
awaitable<std::optional<Base>> base_of(Blobs& blobs, Manifest earlier, ClientId tenant) {
  const TenantEntry* entry = find_entry(earlier, tenant);
  if (entry == nullptr) co_return std::nullopt;
  auto details = parse_details(co_await blobs.get(entry->details), entry->details.name);
  Base base{.table = details.table, .rows = std::move(details.rows), .files = {}};
  for (const Blob& list : details.file_lists) {
    auto files = parse_files(co_await blobs.get(list), list.name);
    for (KeptFile& file : files) base.files.try_emplace(file.id, std::move(file));
  }
  co_return base;
}

std::string backup_of(const Blob& blob) {
  const auto begin = blob.name.find('/') + 1;
  return blob.name.substr(begin, blob.name.find('/', begin) - begin);
}

}  // namespace annals::backup
