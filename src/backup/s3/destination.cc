#include "backup/s3/destination.h"

#include <utility>

#include "files/s3/content.h"
#include "io/settled.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr int kNotFound = 404;
constexpr int kNoContent = 204;

}  // namespace

awaitable<void> S3Destination::put(std::string name, std::string content) {
  co_await client_.call({.method = "PUT",
                         .key = prefix_ + name,
                         .body = std::move(content),
                         .headers = {{"Content-Type", "application/octet-stream"}}});
}

awaitable<std::optional<std::string>> S3Destination::get(std::string name) {
  auto got = co_await io::settled(client_.call({.key = prefix_ + name, .is_content = true}));
  try {
    co_return io::result_of(std::move(got));
  } catch (const files::S3Refused& refusal) {
    if (refusal.status() != kNotFound || refusal.code() != "NoSuchKey") throw;
  }
  co_return std::nullopt;
}

awaitable<std::vector<std::string>> S3Destination::list(std::string folder) {
  const std::string start = prefix_ + folder + "/";
  const auto items = co_await files::list_objects(client_, start);
  std::vector<std::string> names;
  names.reserve(items.size());
  for (const files::S3Item& item : items) names.push_back(item.key.substr(start.size()));
  co_return names;
}

awaitable<void> S3Destination::remove(std::string name) {
  const std::string key = prefix_ + name;
  const auto items = co_await files::list_objects(client_, key + "/");
  for (const files::S3Item& item : items) co_await remove_object(item.key);
  co_await remove_object(key);
}

awaitable<void> S3Destination::remove_object(std::string key) {
  co_await client_.call({.method = "DELETE", .key = std::move(key)}, kNoContent);
}

}  // namespace annals::backup
