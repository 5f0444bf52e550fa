#include "files/attached_files.h"

#include <utility>

#include "files/file_ids.h"

namespace annals::files {

using boost::asio::awaitable;

awaitable<std::optional<FileInfo>> AttachedFiles::find(TenantFile file) {
  const bool foreign = co_await is_of_an_earlier_tenant(file);
  if (foreign) co_return std::nullopt;
  auto found = co_await store_.find(std::move(file));
  co_return found;
}

awaitable<bool> AttachedFiles::is_of_an_earlier_tenant(TenantFile file) {
  if (bears_tag_of(file.id, file.owner)) co_return false;
  const auto earlier = co_await late_uploads_.earlier_owners(file.database);
  co_return is_of_an_earlier(earlier, file.id, file.owner);
}

}  // namespace annals::files
