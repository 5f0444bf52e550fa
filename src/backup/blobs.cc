#include "backup/blobs.h"

#include <fmt/format.h>

#include "backup/errors.h"
#include "crypto/digest.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxWaiting = 64;

}  // namespace

Blobs::Blobs(Destination& destination) : destination_(destination), threads_(1, kMaxWaiting) {}

awaitable<Blob> Blobs::put(std::string name, std::string content) {
  if (content.size() > Destination::kMaxBlob) {
    throw backup_refused(
        fmt::format("{} would have {} bytes, more than a backup can keep in one", name, content.size()));
  }
  Blob blob{.name = name, .size = content.size(), .sha256 = {}};
  blob.sha256 = co_await aside([&content] { return crypto::sha256_hex(content); });
  co_await destination_.put(std::move(name), std::move(content));
  co_return blob;
}

awaitable<std::string> Blobs::get(Blob blob) {
  auto content = co_await destination_.get(blob.name);
  if (!content) throw backup_damaged(blob.name, "it is missing");
  if (content->size() != blob.size) throw backup_damaged(blob.name, "it has another size");
  const auto sha256 = co_await aside([&content] { return crypto::sha256_hex(*content); });
  if (sha256 != blob.sha256) throw backup_damaged(blob.name, "its checksum is wrong");
  co_return *std::move(content);
}

}  // namespace annals::backup
