#include "files/s3/store.h"

#include <charconv>

#include "files/s3/removal.h"
#include "files/s3/replies.h"

namespace annals::files {
namespace {

std::string key_of(const DatabaseName& database, FileId file) {
  return database.text() + "/" + file.text();
}

FileInfo info_of(const io::HttpResponse& reply) {
  const std::string_view length = reply.header("content-length");
  FileInfo info{.content_type = std::string(reply.header("content-type"))};
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), info.size);
  if (error != std::errc() || end != length.data() + length.size()) {
    throw UnexpectedReply("S3 HEAD object: the reply has no length");
  }
  return info;
}

}  // namespace

S3FileStore::S3FileStore(const S3Settings& settings) : client_(settings) {}

boost::asio::awaitable<void> S3FileStore::prepare(DatabaseName /*database*/) {
  co_return;
}

std::string S3FileStore::presign_upload(const DatabaseName& database, FileId file,
                                        std::chrono::seconds expires, Time now) const {
  return client_.presign("PUT", key_of(database, file), expires, now);
}

std::string S3FileStore::presign_download(const DatabaseName& database, FileId file,
                                          std::chrono::seconds expires, Time now) const {
  return client_.presign("GET", key_of(database, file), expires, now);
}

boost::asio::awaitable<std::optional<FileInfo>> S3FileStore::find(DatabaseName database, FileId file) {
  constexpr int kNotFound = 404;
  try {
    const auto reply = co_await client_.send({.method = "HEAD", .key = key_of(database, file)});
    co_return info_of(reply);
  } catch (const S3Refused& refusal) {
    if (refusal.status() != kNotFound) throw;
  }
  co_return std::nullopt;
}

boost::asio::awaitable<RemovedFiles> S3FileStore::remove_all(DatabaseName database, BeforePage before_page) {
  S3Removal removal(client_, database.text() + "/", std::move(before_page));
  auto removed = co_await removal.run();
  co_return removed;
}

boost::asio::awaitable<void> S3FileStore::check() {
  const std::string xml = co_await client_.call({.query = {{"list-type", "2"}, {"max-keys", "1"}}});
  parse_object_list(xml, "");
}

}  // namespace annals::files
