#include "api/local_files.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/byte_range.h"
#include "api/described/files.h"
#include "api/file_links.h"
#include "files/errors.h"
#include "files/local/inert_type.h"
#include "http/body.h"
#include "http/date.h"
#include "http/entity_tags.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;
using files::FileStoreError;
using files::LocalFileStore;
using files::StoredFile;
using http::Request;
using http::Response;
using http::Validators;

constexpr int kOk = 200;
constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;
constexpr std::size_t kPartSize = std::size_t{256} << 10U;

std::string_view header_of(const Request& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

/// Returns the requested range, or the whole file if the range belongs to another version of it or the method
/// is not GET (RFC 9110, section 14.2).
ByteRange range_of(const Request& request, const StoredFile& file, const Validators& current,
                   std::chrono::sys_seconds now) {
  const bool applies = request.method == "GET" && http::range_applies(request, current, now);
  return parse_range(applies ? header_of(request, "range") : std::string_view(), file.size());
}

/// Reads the content of a file, or a part of it.
class FileParts final : public http::BodyParts {
 public:
  FileParts(LocalFileStore& store, std::shared_ptr<const StoredFile> file, ByteRange range)
      : store_(store), file_(std::move(file)), offset_(range.offset), left_(range.size) {}

  awaitable<std::optional<std::string>> next() override {
    if (left_ == 0) co_return std::nullopt;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, kPartSize));
    std::string part = co_await store_.read(file_, offset_, size);
    if (part.size() != size) throw FileStoreError("local file store: a file has become shorter");
    offset_ += size;
    left_ -= size;
    co_return part;
  }

 private:
  LocalFileStore& store_;  // the store outlives every response
  std::shared_ptr<const StoredFile> file_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

/// Returns the headers of every answer here. Uploaders choose content and type, and both are served from the
/// API's own origin: browsers must neither run the content, nor guess its type, nor let another site read it.
std::vector<std::pair<std::string, std::string>> guards() {
  return {{"Content-Security-Policy", "sandbox; default-src 'none'"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Referrer-Policy", "no-referrer"}};  // the URL is a credential
}

/// Returns an answer about a file with the headers that all of them have.
Response about(const StoredFile& file, const Validators& current, int status) {
  const files::FileMetadata& metadata = file.head().metadata;
  Response response{.status = status, .content_type = {}, .headers = guards()};
  auto& headers = response.headers;
  headers.emplace_back("ETag", current.entity_tag);
  headers.emplace_back("Last-Modified", http::http_date(current.modified));
  headers.emplace_back("Accept-Ranges", "bytes");
  headers.emplace_back("Cache-Control", "private, no-cache");
  headers.emplace_back("Content-Disposition", files::attachment_of(metadata.content_disposition));
  if (!metadata.content_encoding.empty()) {
    headers.emplace_back("Content-Encoding", metadata.content_encoding);
  }
  return response;
}

Response range_not_satisfiable(std::uint64_t file_size) {
  Response response{.status = kRangeNotSatisfiable,
                    .body = R"({"detail":"The range is outside the file."})",
                    .headers = guards()};
  response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", file_size));
  return response;
}

}  // namespace

void LocalFiles::add_to(http::Router& router, const Admission& admission, const FileSurroundings& around) {
  uploads_ = std::make_unique<FileUploads>(store_, limits_, around);
  const std::string path = "/files/{database}/{file_id}";
  const LinkCheck check = [this](const Request& head) {
    return linked_file(store_.links(), head, std::chrono::system_clock::now()).file.owner;
  };
  router.add({.method = "PUT",
              .path = path,
              .operation = described::upload_file(),
              .admit = admission.with_link(
                  check, [this](Request request) { return uploads_->put(std::move(request)); }),
              .takes_body_in_parts = true,
              .keeps_content_encoding = true,
              .max_body_bytes = limits_.max_bytes});
  const auto add = [&](std::string method, http::Operation operation) {
    router.add(
        {.method = std::move(method),
         .path = path,
         .operation = std::move(operation),
         .admit = admission.with_link(check, [this](Request request) { return get(std::move(request)); })});
  };
  add("GET", described::download_file());
  add("HEAD", described::look_at_file());
}

awaitable<Response> LocalFiles::get(Request request) {
  const auto now = this_second();
  const LinkedFile link = linked_file(store_.links(), request, now);
  const auto file = co_await store_.open(link.file.database, link.file.id);
  if (!file) throw files::file_not_found();
  // Asked after the file was opened, so it is not that of a later tenant of the same name.
  co_await uploads_->check_tenant(link.file);

  const Validators current = validators_of(*file, now);
  switch (http::check_preconditions(request, current, now)) {
    case http::Verdict::failed:
      throw files::precondition_failed();
    case http::Verdict::not_modified:
      co_return about(*file, current, http::kNotModified);
    case http::Verdict::proceed:
      break;
  }
  const ByteRange range = range_of(request, *file, current, now);
  if (range.kind == ByteRange::Kind::unsatisfiable) co_return range_not_satisfiable(file->size());
  co_return content_of(file, current, range);
}

/// Returns the answer that carries the file or a part of it.
Response LocalFiles::content_of(std::shared_ptr<const StoredFile> file, const Validators& current,
                                const ByteRange& range) {
  const bool partial = range.kind == ByteRange::Kind::part;
  Response response = about(*file, current, partial ? kPartialContent : kOk);
  response.content_type = files::inert_content_type(file->head().metadata.content_type);
  if (partial) {
    const std::uint64_t last = range.offset + range.size - 1;
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", range.offset, last, file->size()));
  }
  response.body_parts = std::make_shared<FileParts>(store_, std::move(file), range);
  response.content_length = range.size;
  return response;
}

}  // namespace annals::api
