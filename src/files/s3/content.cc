#include "files/s3/content.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "io/settled.h"
#include "text/ascii.h"

// NOLINTBEGIN(*-reference-coroutine-parameters): the client outlives its calls

namespace annals::files {
namespace {

using boost::asio::awaitable;

/// The parts of a large object. S3 allows 10,000 of at least 5 MiB: up to 156 GiB with this size.
constexpr std::size_t kPart = std::size_t{16} << 20U;

io::HttpHeaders http_headers(const FileHeaders& headers) {
  io::HttpHeaders result;
  const auto add = [&result](const char* name, const std::string& value) {
    if (!value.empty()) result.emplace_back(name, value);
  };
  add("Content-Type", headers.content_type);
  add("Content-Encoding", headers.content_encoding);
  add("Content-Disposition", headers.content_disposition);
  return result;
}

/// Returns the value of a header, or "" if it holds what FileHeaders does not. S3 servers keep whatever bytes
/// an uploader sent.
std::string printable(std::string_view value) {
  return text::is_printable_ascii(value) ? std::string(value) : std::string();
}

/// Hands on what `next` gives in pieces of just the size of a part, the last one excepted.
class Parts {
 public:
  explicit Parts(NextPart next) : next_(std::move(next)) {}

  awaitable<std::string> take() {
    while (rest_.size() < kPart) {
      auto more = co_await next_();
      if (!more) break;
      rest_ += *more;
    }
    std::string part = rest_.substr(0, kPart);
    rest_.erase(0, part.size());
    co_return part;
  }

 private:
  NextPart next_;
  std::string rest_;
};

awaitable<std::string> put_parts(S3Client& client, std::string key, std::string upload, NextPart next) {
  Parts parts(std::move(next));
  std::string list;
  for (int number = 1;; ++number) {
    auto part = co_await parts.take();
    if (part.empty()) break;
    const auto reply =
        co_await client.send({.method = "PUT",
                              .key = key,
                              .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
                              .body = std::move(part)});
    std::string etag(reply.header("etag"));
    std::erase(etag, '"');
    const bool is_plain = std::ranges::all_of(etag, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
    if (!is_plain) throw UnexpectedReply("S3 PUT part: the reply has an odd ETag");
    list += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>&quot;{}&quot;</ETag></Part>", number, etag);
  }
  co_return list;
}

awaitable<void> put_large(S3Client& client, std::string key, FileHeaders headers, NextPart next) {
  const auto begun = co_await client.call(
      {.method = "POST", .key = key, .query = {{"uploads", ""}}, .headers = http_headers(headers)});
  const std::string upload = parse_upload_id(begun);
  auto list = co_await io::settled(put_parts(client, key, upload, std::move(next)));
  if (!list) {
    const S3Call abort{.method = "DELETE", .key = key, .query = {{"uploadId", upload}}};
    constexpr int kNoContent = 204;
    (void)co_await io::settled(client.call(abort, kNoContent));
  }
  const std::string parts = io::result_of(std::move(list));
  const auto done = co_await client.call(
      {.method = "POST",
       .key = key,
       .query = {{"uploadId", upload}},
       .body = fmt::format("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts)});
  check_completion(done);
}

}  // namespace

std::uint64_t size_in(const io::HttpResponse& head) {
  const std::string_view length = head.header("content-length");
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), size);
  if (error != std::errc() || end != length.data() + length.size()) {
    throw UnexpectedReply("S3 HEAD object: the reply has no length");
  }
  return size;
}

S3Content::S3Content(S3Client& client, std::string key, const io::HttpResponse& head)
    : client_(client),
      key_(std::move(key)),
      etag_(head.header("etag")),
      headers_{.content_type = printable(head.header("content-type")),
               .content_encoding = printable(head.header("content-encoding")),
               .content_disposition = printable(head.header("content-disposition"))},
      size_(size_in(head)) {}

awaitable<std::string> S3Content::read(std::uint64_t offset, std::size_t size) {
  constexpr int kPartial = 206;
  const std::uint64_t end = std::min<std::uint64_t>(offset + size, size_);
  if (offset >= end) co_return "";
  auto reply = co_await client_.send(
      {.key = key_,
       .headers = {{"Range", fmt::format("bytes={}-{}", offset, end - 1)}, {"If-Match", etag_}},
       .is_content = true},
      kPartial);
  if (reply.body.size() != end - offset) throw UnexpectedReply("S3 GET object: another range than asked for");
  co_return std::move(reply.body);
}

awaitable<std::vector<S3Item>> list_objects(S3Client& client, std::string prefix) {
  std::vector<S3Item> items;
  S3Page page;
  do {
    S3Call call{
        .query = {{"list-type", "2"}, {"max-keys", "1000"}, {"encoding-type", "url"}, {"prefix", prefix}}};
    if (page.truncated) call.query.emplace_back("continuation-token", page.next_key);
    const std::string xml = co_await client.call(std::move(call));
    page = parse_object_list(xml, prefix);
    items.insert(items.end(), page.items.begin(), page.items.end());
  } while (page.truncated);
  co_return items;
}

awaitable<void> put_object(S3Client& client, std::string key, FileHeaders headers, std::uint64_t size,
                           NextPart next) {
  if (size > kPart) {
    co_await put_large(client, std::move(key), std::move(headers), std::move(next));
    co_return;
  }
  Parts parts(std::move(next));
  auto content = co_await parts.take();
  co_await client.call(
      {.method = "PUT", .key = std::move(key), .body = std::move(content), .headers = http_headers(headers)});
}

}  // namespace annals::files

// NOLINTEND(*-reference-coroutine-parameters)
