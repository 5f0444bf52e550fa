#include "files/s3/store.h"

#include <algorithm>
#include <charconv>

#include "crypto/digest.h"
#include "files/file_ids.h"
#include "files/file_name.h"
#include "files/s3/content.h"
#include "files/s3/removal.h"
#include "files/s3/replies.h"
#include "io/settled.h"
#include "ops/log.h"
#include "text/base64.h"
#include "text/hex.h"

namespace annals::files {
namespace {

constexpr const char* kMaxBytes = "x-amz-meta-annals-max-bytes";
constexpr std::uint64_t kMostRead = std::uint64_t{16} << 20U;  // bytes of an object, for its SHA-256
constexpr std::size_t kReadAtOnce = std::size_t{4} << 20U;

std::string prefix_of(const DatabaseName& database) {
  return database.text() + "/";
}

std::string key_of(const TenantFile& file) {
  return prefix_of(file.database) + file.id.text();
}

std::string base64_of_hex(std::string_view digits) {
  crypto::Sha256 digest{};
  (void)text::from_hex(digits, digest);
  return text::base64_encode(crypto::bytes(digest));
}

/// Returns an empty text for what is no SHA-256, such as that of an object in parts.
std::string hex_of_base64(std::string_view text) {
  crypto::Sha256 digest{};
  const auto bytes = text::base64_decode(text);
  if (!bytes || bytes->size() != digest.size()) return {};
  std::ranges::copy(*bytes, digest.begin());
  return text::to_hex(digest);
}

/// Returns whether the object is larger than the URL allowed through which it came: S3 signs no bounds.
bool is_too_large(const io::HttpResponse& reply, const FileInfo& info) {
  const std::string_view text = reply.header(kMaxBytes);
  std::uint64_t most = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
  return error == std::errc() && end == text.data() + text.size() && info.size > most;
}

/// Returns nullopt for an object that counts as never uploaded.
std::optional<FileInfo> accepted(const io::HttpResponse& reply, std::string_view key) {
  FileInfo info{.size = size_in(reply), .content_type = std::string(reply.header("content-type"))};
  if (!is_too_large(reply, info)) return info;
  ops::log_damped(ops::Level::warning,
                  "a file is larger than its upload URL allowed, and counts as not there",
                  {{"key", key}, {"bytes", info.size}});
  return std::nullopt;
}

bool is_refused(const io::Settled<io::HttpResponse>& reply) {
  if (reply) return false;
  try {
    std::rethrow_exception(reply.error());
  } catch (const S3Refused&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

S3FileStore::S3FileStore(const S3Settings& settings) : client_(settings) {}

boost::asio::awaitable<void> S3FileStore::prepare(DatabaseName /*database*/) {
  co_await client_.renew();
  if (!usable_) co_await check();
}

std::string S3FileStore::presign_upload(const TenantFile& file, const UploadTerms& terms, Time now) const {
  io::HttpHeaders headers = upload_headers(terms);
  if (terms.size) headers.emplace_back("Content-Length", std::to_string(*terms.size));
  return client_.presign({.method = "PUT", .key = key_of(file)}, std::move(headers), terms.expires, now);
}

RequestHeaders S3FileStore::upload_headers(const UploadTerms& terms) const {
  RequestHeaders headers;
  if (!terms.binds()) return headers;
  if (!terms.content_type.empty()) headers.emplace_back("Content-Type", terms.content_type);
  if (!terms.filename.empty()) headers.emplace_back("Content-Disposition", disposition_of(terms.filename));
  headers.emplace_back("If-None-Match", "*");
  if (!terms.sha256.empty()) headers.emplace_back("x-amz-checksum-sha256", base64_of_hex(terms.sha256));
  if (terms.max_bytes) headers.emplace_back(kMaxBytes, std::to_string(*terms.max_bytes));
  return headers;
}

std::string S3FileStore::presign_download(const TenantFile& file, std::chrono::seconds expires,
                                          Time now) const {
  return client_.presign({.method = "GET", .key = key_of(file)}, {}, expires, now);
}

boost::asio::awaitable<std::optional<FileInfo>> S3FileStore::find(TenantFile file) {
  auto found = co_await io::settled(look_at(key_of(file)));
  if (!found) usable_ = false;
  co_return io::result_of(std::move(found));
}

boost::asio::awaitable<std::optional<FileInfo>> S3FileStore::look_at(std::string key) {
  constexpr int kNotFound = 404;
  const auto credentials = client_.credentials();
  auto reply = co_await io::settled(client_.send({.method = "HEAD", .key = key}));
  if (!is_refused(reply)) co_return accepted(io::result_of(std::move(reply)), key);
  // A refusal of HEAD has no document that says what is wrong, the bucket perhaps; one of check() has.
  co_await check();
  // check() has learned that the credentials had expired.
  if (client_.credentials() != credentials) {
    reply = co_await io::settled(client_.send({.method = "HEAD", .key = key}));
    if (reply) co_return accepted(io::result_of(std::move(reply)), key);
  }
  try {
    (void)io::result_of(std::move(reply));
  } catch (const S3Refused& refusal) {
    if (refusal.status() != kNotFound) throw;
  }
  co_return std::nullopt;
}

boost::asio::awaitable<std::optional<FileDigest>> S3FileStore::seal(TenantFile file) {
  std::string key = key_of(file);
  const auto found = co_await find(std::move(file));
  if (!found) co_return std::nullopt;
  const auto head =
      co_await client_.send({.method = "HEAD", .key = key, .headers = {{"x-amz-checksum-mode", "ENABLED"}}});
  FileDigest digest{.size = size_in(head), .sha256 = hex_of_base64(head.header("x-amz-checksum-sha256"))};
  if (!digest.sha256.empty() || digest.size > kMostRead) co_return digest;
  S3Content content(client_, std::move(key), head);
  crypto::Sha256Stream sha256;
  for (std::uint64_t at = 0; at < digest.size; at += kReadAtOnce) {
    const auto part = co_await content.read(at, kReadAtOnce);
    sha256.add(part);
  }
  digest.sha256 = text::to_hex(sha256.finish());
  co_return digest;
}

boost::asio::awaitable<RemovedFiles> S3FileStore::remove_all(DatabaseName database, BeforePage before_page) {
  S3Removal removal(client_, {.prefix = prefix_of(database)}, std::move(before_page));
  auto removed = co_await removal.run();
  co_return removed;
}

boost::asio::awaitable<RemovedFiles> S3FileStore::remove_of(ClientId owner, DatabaseName database,
                                                            BeforePage before_page) {
  const std::string prefix = prefix_of(database);
  auto is_owners = [owner, start = prefix.size()](std::string_view key) {
    const auto file = FileId::parse(key.substr(start));
    return file && bears_tag_of(*file, owner);
  };
  S3Removal removal(client_, {.prefix = prefix, .only = is_owners}, std::move(before_page));
  auto removed = co_await removal.run();
  co_return removed;
}

boost::asio::awaitable<RemovedFiles> S3FileStore::remove_files(DatabaseName database,
                                                               std::vector<FileId> files,
                                                               BeforePage before_page) {
  RemovedFiles removed;
  for (const FileId& file : files) {
    const std::string key = prefix_of(database) + file.text();
    S3Removal removal(client_,
                      {.prefix = key, .only = [key](std::string_view found) { return found == key; }},
                      before_page);
    const auto one = co_await removal.run();
    removed.objects += one.objects;
  }
  co_return removed;
}

boost::asio::awaitable<std::uint64_t> S3FileStore::stored_bytes(DatabaseName database) {
  std::uint64_t bytes = 0;
  const auto items = co_await list_objects(client_, prefix_of(database));
  for (const S3Item& item : items) bytes += item.size;
  co_return bytes;
}

boost::asio::awaitable<std::vector<FileId>> S3FileStore::list(DatabaseName database) {
  const std::string prefix = prefix_of(database);
  const auto items = co_await list_objects(client_, prefix);
  std::vector<FileId> files;
  for (const S3Item& item : items) {
    const auto name = std::string_view(item.key).substr(prefix.size());
    const auto file = FileId::parse(name);
    if (file && file->text() == name) files.push_back(*file);
  }
  co_return files;
}

boost::asio::awaitable<std::unique_ptr<FileContent>> S3FileStore::open_content(TenantFile file) {
  std::string key = key_of(file);
  const auto found = co_await find(std::move(file));
  if (!found) co_return nullptr;
  const auto head = co_await client_.send({.method = "HEAD", .key = key});
  co_return std::make_unique<S3Content>(client_, std::move(key), head);
}

boost::asio::awaitable<void> S3FileStore::put(TenantFile file, FileHeaders headers, std::uint64_t size,
                                              NextPart next) {
  co_await put_object(client_, key_of(file), std::move(headers), size, std::move(next));
}

boost::asio::awaitable<void> S3FileStore::check() {
  usable_ = false;
  const std::string xml = co_await client_.call({.query = {{"list-type", "2"}, {"max-keys", "1"}}});
  parse_object_list(xml, "");
  usable_ = true;
}

std::optional<Time> S3FileStore::credentials_expire_at() const {
  const auto credentials = client_.credentials();
  return credentials ? credentials->expires_at : std::nullopt;
}

}  // namespace annals::files
