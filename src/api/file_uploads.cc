#include "api/file_uploads.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "api/file_links.h"
#include "crypto/digest.h"
#include "files/errors.h"
#include "files/file_ids.h"
#include "files/file_name.h"
#include "files/local/upload_pace.h"
#include "http/body.h"
#include "input/errors.h"
#include "io/settled.h"
#include "tenants/errors.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;
using files::FileHead;
using files::StoredFile;
using files::TenantFile;
using files::UploadFile;
using http::Request;
using http::Response;
using std::chrono::system_clock;

/// A tenant may have as many bytes in unfinished uploads as that many files of the greatest size.
constexpr std::uint64_t kGreatestFiles = 4;

std::string sent(const Request& request, std::string_view name) {
  const std::string* value = request.header(name);
  return value == nullptr ? std::string() : *value;
}

/// Returns what is kept with the file. What the link is bound to counts, whatever the uploader sends.
files::FileMetadata metadata_of(const Request& request, const files::UploadTerms& terms) {
  const std::string& name = terms.filename;
  return files::kept_metadata(
      {.content_type = terms.content_type.empty() ? sent(request, "content-type") : terms.content_type,
       .content_encoding = sent(request, "content-encoding"),
       .content_disposition =
           name.empty() ? sent(request, "content-disposition") : files::disposition_of(name)});
}

/// Returns the size that the header announces; 0 if it announces none.
std::uint64_t announced_size(const Request& request) {
  const std::string length = sent(request, "content-length");
  std::uint64_t size = 0;
  std::from_chars(length.data(), length.data() + length.size(), size);
  return size;
}

void check_size(std::uint64_t size, const files::UploadTerms& terms) {
  if (terms.max_bytes && size > *terms.max_bytes) throw input::body_too_large(*terms.max_bytes);
}

/// Refuses what the header alone is a reason to refuse.
void check_header(const Request& request, const files::UploadTerms& terms) {
  if (request.header("content-range") != nullptr) throw files::partial_upload();
  check_size(announced_size(request), terms);
  if (terms.size && sent(request, "content-length") != fmt::format("{}", *terms.size)) {
    throw files::invalid_link();
  }
}

}  // namespace

std::chrono::sys_seconds this_second() {
  return std::chrono::floor<std::chrono::seconds>(system_clock::now());
}

http::Validators validators_of(const StoredFile& file, std::chrono::sys_seconds now) {
  const std::chrono::sys_seconds modified{std::chrono::seconds(file.modified())};
  // A file that was replaced at once has a date that is still to come, which must not be shown.
  return {.entity_tag = fmt::format("\"{}\"", file.head().sha256),
          .modified = std::min(modified, now),
          .date_is_strong = modified <= now};
}

/// An upload that is in flight.
struct FileUploads::Upload {
  Request request;
  TenantFile target;
  std::unique_ptr<files::UploadPlaces::Place> place;
  std::shared_ptr<UploadFile> file;
  files::UploadPace pace;
  files::UploadTerms terms;                           // of the link
  std::uint64_t size = 0;                             // of what has arrived
  std::shared_ptr<quotas::Allowance> allowance = {};  // null: unlimited
  quotas::Charge charge = {};
};

FileUploads::FileUploads(files::LocalFileStore& store, UploadLimits limits, FileSurroundings around)
    : store_(store),
      limits_(limits),
      around_(around),
      places_({.bytes_of_one = limits.max_bytes * kGreatestFiles}) {}

awaitable<Response> FileUploads::put(Request request) {
  const auto now = system_clock::now();
  const LinkedFile link = linked_file(store_.links(), request, now);
  check_header(request, link.terms.upload);
  auto place = places_.take(link.file.owner);
  auto file = co_await store_.begin_upload(link.file.database);
  if (!file) throw files::invalid_link();  // the tenant was deleted
  auto upload = std::make_shared<Upload>(
      Upload{.request = std::move(request),
             .target = link.file,
             .place = std::move(place),
             .file = std::move(file),
             .pace = files::UploadPace(now, link.terms.expires + limits_.after_expiry),
             .terms = link.terms.upload});
  auto stored = co_await io::settled(receive(upload));
  if (!stored) co_await store_.abandon(upload->file);
  const auto head = io::result_of(std::move(stored));
  co_return Response{.status = static_cast<int>(http::Status::ok),
                     .content_type = {},
                     .headers = {{"ETag", fmt::format("\"{}\"", head.sha256)}}};
}

awaitable<FileHead> FileUploads::receive(std::shared_ptr<Upload> upload) {
  // The directory was opened before, so it is this tenant's and not that of a later one of the same name.
  const auto tenant = co_await check_tenant(upload->target);
  if (!files::bears_tag_of(upload->target.id, upload->target.owner)) throw files::invalid_link();
  co_await check_target(upload);  // before the body, which may be large
  upload->allowance = around_.quotas.of(*tenant);
  if (upload->allowance) upload->allowance->check_bytes(announced_size(upload->request));
  upload->charge = quotas::Charge(upload->allowance);
  co_await take_body(upload);
  auto head = co_await keep(upload);
  upload->charge.settle({.bytes = upload->size});
  if (upload->allowance) upload->allowance->add_stored(upload->size);
  co_return head;
}

awaitable<void> FileUploads::take_body(std::shared_ptr<Upload> upload) {
  std::optional<crypto::Md5Stream> md5;
  const std::string* expected = upload->request.header("content-md5");
  if (expected != nullptr) md5.emplace();
  const auto body = upload->request.body_parts;
  while (body) {  // a request without a body makes an empty file
    auto part = co_await body->next();
    if (!part) break;
    upload->pace.add(part->size(), system_clock::now());
    upload->place->add(part->size());
    upload->charge.add({.bytes = part->size()});
    upload->size += part->size();
    check_size(upload->size, upload->terms);
    if (md5) md5->add(*part);
    co_await store_.write(upload->file, *std::move(part));
  }
  if (md5 && md5->finish_base64() != *expected) throw files::wrong_digest();
}

/// Gives the file its name. What has the name is looked at again until it does not change between the look
/// and the replacement.
awaitable<FileHead> FileUploads::keep(std::shared_ptr<Upload> upload) {
  constexpr int kTries = 8;
  auto head = co_await store_.finish(upload->file, metadata_of(upload->request, upload->terms));
  const std::string& bound = upload->terms.sha256;
  if (!bound.empty() && head.sha256 != bound) throw files::wrong_sha256();
  for (int tries = 0; tries < kTries; ++tries) {
    auto seen = co_await check_target(upload);
    const auto published = co_await store_.publish(upload->file, upload->target.id, std::move(seen));
    if (published == UploadFile::Published::done) co_return head;
    if (published == UploadFile::Published::sealed) throw files::file_in_use();
    if (published == UploadFile::Published::removed) throw files::invalid_link();  // the tenant was deleted
  }
  throw Error(ErrorCode::overloaded, "This file is being uploaded by others at the same time.");
}

/// Returns the file that the upload replaces, or null. Throws if it must not be replaced.
awaitable<std::shared_ptr<const StoredFile>> FileUploads::check_target(std::shared_ptr<Upload> upload) {
  auto seen = co_await store_.open(upload->target.database, upload->target.id);
  // Preconditions count for what would be done without them only (RFC 9110, section 13.2.1).
  const bool named = seen && co_await is_named(upload->target, upload->request.request_id);
  if (named) throw files::file_in_use();
  const auto now = this_second();
  const auto current = seen ? std::optional(validators_of(*seen, now)) : std::nullopt;
  if (http::check_preconditions(upload->request, current, now) != http::Verdict::proceed) {
    throw files::precondition_failed();
  }
  co_return seen;
}

awaitable<bool> FileUploads::is_named(TenantFile file, std::string request_id) {
  events::EventsTable table{.engine = around_.engine,
                            .database = std::move(file.database),
                            .owner = file.owner,
                            .request_id = std::move(request_id)};
  auto named = co_await io::settled(around_.history.names_file(std::move(table), file.id));
  try {
    co_return io::result_of(std::move(named));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unknown_client) throw;
  }
  throw files::invalid_link();  // the tenant was deleted
}

awaitable<std::shared_ptr<const tenants::Tenant>> FileUploads::check_tenant(TenantFile file) {
  const auto tenant = co_await around_.directory.find(file.owner.text());
  if (!tenant || tenant->database != file.database) throw files::invalid_link();
  if (tenant->is_suspended) throw tenants::client_suspended();
  co_return tenant;
}

}  // namespace annals::api
