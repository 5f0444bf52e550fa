#include "api/local_files.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/byte_range.h"
#include "files/errors.h"
#include "http/body.h"
#include "http/entity_tags.h"
#include "io/settled.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;
using files::FileHead;
using files::FileStoreError;
using files::LocalFileStore;
using files::StoredFile;
using http::Request;
using http::Response;

constexpr int kOk = 200;
constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;
constexpr std::size_t kPartSize = std::size_t{256} << 10U;

/// The file that a path names.
struct Place {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  DatabaseName database;
  FileId file;
};

Place place_of(const Request& request) {
  auto database = DatabaseName::parse(request.path_parameters.at("database"));
  const auto file = FileId::parse(request.path_parameters.at("file_id"));
  if (!database || !file) throw files::invalid_link();  // no link of ours has such a path
  return {.database = *std::move(database), .file = *file};
}

std::string etag_of(const FileHead& head) {
  return fmt::format("\"{}\"", head.sha256);
}

std::string_view header_of(const Request& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

/// Returns the requested range, or the whole file if the range belongs to another version of it (If-Range) or
/// the method is not GET.
ByteRange range_of(const Request& request, const StoredFile& file) {
  const std::string_view version = header_of(request, "if-range");
  const bool applies = request.method == "GET" && (version.empty() || version == etag_of(file.head()));
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

/// Returns an answer about a file with the headers that all of them have. Uploaders choose content and type,
/// and both are served from our own origin: browsers must neither run the content nor guess its type.
Response about(const FileHead& head, int status) {
  return {.status = status,
          .content_type = {},
          .headers = {{"ETag", etag_of(head)},
                      {"Accept-Ranges", "bytes"},
                      {"Cache-Control", "private, no-cache"},
                      {"Content-Disposition", "attachment"},
                      {"X-Content-Type-Options", "nosniff"}}};
}

Response range_not_satisfiable(std::uint64_t file_size) {
  return {.status = kRangeNotSatisfiable,
          .body = R"({"detail":"The range is outside the file."})",
          .headers = {{"Content-Range", fmt::format("bytes */{}", file_size)}}};
}

}  // namespace

void LocalFiles::add_to(http::Router& router) {
  using Where = http::Parameter::Place;
  const std::string path = "/files/{database}/{file_id}";
  const std::vector<http::Parameter> parameters{{.place = Where::path,
                                                 .name = "database",
                                                 .type = "string",
                                                 .summary = "The tenant's database.",
                                                 .required = true},
                                                {.place = Where::path,
                                                 .name = "file_id",
                                                 .type = "string",
                                                 .summary = "The file's id.",
                                                 .required = true}};
  const LinkCheck check = [this](const Request& head) {
    store_.links().check(head.method, head.path, head.query, std::chrono::system_clock::now());
  };
  const http::Answer refused{.status = 403, .summary = "The link is invalid or has expired."};
  router.add(
      {.method = "PUT",
       .path = path,
       .operation = {.name = "upload_file",
                     .summary = "Stores the file that the link is for.",
                     .parameters = parameters,
                     .answers = {{.status = 200, .summary = "The file is stored."}, refused}},
       .admit = Admission::with_link(check, [this](Request request) { return put(std::move(request)); }),
       .takes_body_in_parts = true,
       .max_body_bytes = max_bytes_});
  for (const std::string method : {"GET", "HEAD"}) {
    router.add(
        {.method = method,
         .path = path,
         .operation = {.name = method == "GET" ? "download_file" : "look_at_file",
                       .summary = "Returns the file that the link is for.",
                       .parameters = parameters,
                       .answers = {{.status = 200, .summary = "The file.", .content_type = "*/*"},
                                   {.status = 206, .summary = "A part of it.", .content_type = "*/*"},
                                   refused,
                                   {.status = 404, .summary = "The file was never uploaded."}}},
         .admit = Admission::with_link(check, [this](Request request) { return get(std::move(request)); })});
  }
}

awaitable<Response> LocalFiles::put(Request request) {
  const Place place = place_of(request);
  auto type = files::kept_content_type(request.header("content-type"));
  const auto upload = co_await store_.begin_upload(place.database);
  if (!upload) throw files::invalid_link();  // the tenant was deleted
  auto stored = co_await io::settled(
      receive(std::move(request.body_parts), upload, {.file = place.file, .content_type = std::move(type)}));
  if (!stored) co_await store_.abandon(upload);
  const auto head = io::result_of(std::move(stored));
  if (!head) throw files::invalid_link();  // the tenant was deleted meanwhile
  co_return Response{.status = kOk, .content_type = {}, .headers = {{"ETag", etag_of(*head)}}};
}

/// Returns nullopt if the files of the tenant were removed meanwhile.
awaitable<std::optional<FileHead>> LocalFiles::receive(std::shared_ptr<http::BodyParts> body,
                                                       std::shared_ptr<files::UploadFile> upload,
                                                       NewFile file) {
  while (body) {  // a request without a body makes an empty file
    auto part = co_await body->next();
    if (!part) break;
    co_await store_.write(upload, *std::move(part));
  }
  auto head = co_await store_.commit(upload, file.file, std::move(file.content_type));
  co_return head;
}

awaitable<Response> LocalFiles::get(Request request) {
  const Place place = place_of(request);
  const auto file = co_await store_.open(place.database, place.file);
  if (!file) throw files::file_not_found();
  if (http::names_entity_tag(header_of(request, "if-none-match"), etag_of(file->head()))) {
    co_return about(file->head(), http::kNotModified);
  }
  const ByteRange range = range_of(request, *file);
  if (range.kind == ByteRange::Kind::unsatisfiable) co_return range_not_satisfiable(file->size());

  const bool partial = range.kind == ByteRange::Kind::part;
  Response response = about(file->head(), partial ? kPartialContent : kOk);
  response.content_type = file->head().content_type;
  response.body_parts = std::make_shared<FileParts>(store_, file, range);
  response.content_length = range.size;
  if (partial) {
    const std::uint64_t last = range.offset + range.size - 1;
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", range.offset, last, file->size()));
  }
  co_return response;
}

}  // namespace annals::api
