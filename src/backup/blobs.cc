#include "backup/blobs.h"

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "backup/errors.h"
#include "crypto/digest.h"
#include "text/hex.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxWaiting = 64;

}  // namespace

Blobs::Blobs(Destination& destination)
    : destination_(destination),
      pool_(
          [] {
            std::vector<std::unique_ptr<Thread>> threads;
            threads.push_back(std::make_unique<Thread>());
            return threads;
          }(),
          kMaxWaiting) {}

awaitable<Blob> Blobs::put(std::string name, std::string content) {
  if (content.size() > Destination::kMaxBlob) {
    throw backup_refused(
        fmt::format("{} would have {} bytes, more than a backup can keep in one", name, content.size()));
  }
  Blob blob{.name = name, .size = content.size(), .sha256 = {}};
  blob.sha256 = co_await aside([&content] { return text::to_hex(crypto::sha256(content)); });
  co_await destination_.put(std::move(name), std::move(content));
  co_return blob;
}

awaitable<std::string> Blobs::get(Blob blob) {
  auto content = co_await destination_.get(blob.name);
  if (!content) throw backup_damaged(blob.name, "it is missing");
  if (content->size() != blob.size) throw backup_damaged(blob.name, "it has another size");
  const auto sha256 = co_await aside([&content] { return text::to_hex(crypto::sha256(*content)); });
  if (sha256 != blob.sha256) throw backup_damaged(blob.name, "its checksum is wrong");
  co_return *std::move(content);
}

}  // namespace annals::backup
