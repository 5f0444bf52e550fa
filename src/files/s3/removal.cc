#include "files/s3/removal.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace annals::files {
namespace {

constexpr int kMaxSweeps = 5;
constexpr int kNoContent = 204;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kNotImplemented = 501;
constexpr const char* kPageSize = "1000";  // the most that DeleteObjects takes

}  // namespace

boost::asio::awaitable<RemovedFiles> S3Removal::run() {
  RemovedFiles removed;
  for (int sweeps = 0; sweeps < kMaxSweeps; ++sweeps) {
    const std::uint64_t objects = co_await remove_objects();
    const std::uint64_t uploads = co_await abort_uploads();
    throw_if_refused();
    removed.objects += objects;
    removed.unfinished_uploads += uploads;
    if (objects + uploads > 0) continue;
    const std::uint64_t versions = co_await remove_versions();
    throw_if_refused();
    if (versions == 0) co_return removed;
  }
  throw FileStoreError(fmt::format("S3: files keep appearing under {} while they are removed", keys_.prefix));
}

boost::asio::awaitable<std::uint64_t> S3Removal::remove_objects() {
  return remove_listed({.query = {{"list-type", "2"}, {"max-keys", kPageSize}, {"encoding-type", "url"}},
                        .key_marker = "continuation-token",
                        .parse = parse_object_list,
                        .remove = &S3Removal::delete_items});
}

boost::asio::awaitable<std::uint64_t> S3Removal::abort_uploads() {
  return remove_listed({.query = {{"uploads", ""}, {"max-uploads", kPageSize}},
                        .key_marker = "key-marker",
                        .id_marker = "upload-id-marker",
                        .parse = parse_upload_list,
                        .remove = &S3Removal::abort_each});
}

boost::asio::awaitable<std::uint64_t> S3Removal::remove_versions() {
  return remove_listed({.query = {{"versions", ""}, {"max-keys", kPageSize}},
                        .key_marker = "key-marker",
                        .id_marker = "version-id-marker",
                        .may_be_unknown = true,
                        .parse = parse_version_list,
                        .remove = &S3Removal::delete_items});
}

S3Call S3Removal::page_after(const S3Page& page, const Listing& listing) const {
  S3Call call{.query = listing.query};
  call.query.emplace_back("prefix", keys_.prefix);
  if (page.truncated) {
    call.query.emplace_back(listing.key_marker, page.next_key);
    if (!listing.id_marker.empty()) call.query.emplace_back(listing.id_marker, page.next_id);
  }
  return call;
}

boost::asio::awaitable<std::uint64_t> S3Removal::remove_listed(Listing listing) {
  std::uint64_t found = 0;
  S3Page page;
  do {
    std::string xml;
    try {
      xml = co_await client_.call(page_after(page, listing));
    } catch (const S3Refused& refusal) {
      if (listing.may_be_unknown && refusal.status() == kNotImplemented) co_return 0;
      throw;
    }
    page = listing.parse(xml, keys_.prefix);
    if (keys_.only) std::erase_if(page.items, [this](const S3Item& item) { return !keys_.only(item.key); });
    found += page.items.size();
    if (!page.items.empty()) {
      co_await before_page_();
      co_await (this->*listing.remove)(std::move(page.items));
    }
  } while (page.truncated);
  co_return found;
}

boost::asio::awaitable<void> S3Removal::abort_each(std::vector<S3Item> uploads) {
  for (S3Item& upload : uploads) co_await delete_one(std::move(upload), "uploadId");
}

boost::asio::awaitable<void> S3Removal::delete_items(std::vector<S3Item> items) {
  const auto alone = std::ranges::partition(items, [](const S3Item& item) { return fits_xml(item.key); });
  std::vector<S3Item> single(std::make_move_iterator(alone.begin()), std::make_move_iterator(alone.end()));
  items.erase(alone.begin(), alone.end());
  if (!items.empty()) co_await delete_together(std::move(items));
  for (S3Item& item : single) co_await delete_one(std::move(item), "versionId");
}

boost::asio::awaitable<void> S3Removal::delete_together(std::vector<S3Item> items) {
  const std::string xml =
      co_await client_.call({.method = "POST", .query = {{"delete", ""}}, .body = delete_request(items)});
  const std::vector<S3Refusal> refusals = parse_delete_result(xml);
  if (!refusals.empty()) refused(refusals.size(), refusals.front().code);
}

boost::asio::awaitable<void> S3Removal::delete_one(S3Item item, std::string id_parameter) {
  S3Call call{.method = "DELETE", .key = std::move(item.key)};
  if (!item.id.empty()) call.query.emplace_back(std::move(id_parameter), std::move(item.id));
  try {
    co_await client_.call(std::move(call), kNoContent);
  } catch (const S3Refused& refusal) {
    if (refusal.status() == kNotFound && !refusal.code().empty())
      co_return;  // already gone: an earlier attempt's reply was lost
    if (refusal.status() != kForbidden) throw;
    refused(1, refusal.code());
  }
}

void S3Removal::refused(std::uint64_t count, const std::string& code) {
  if (refusals_.count == 0) refusals_.first_code = code;
  refusals_.count += count;
}

void S3Removal::throw_if_refused() const {
  if (refusals_.count == 0) return;
  throw FileStoreError(fmt::format("S3 refused to delete {} files under {}, the first with {}",
                                   refusals_.count, keys_.prefix, refusals_.first_code));
}

}  // namespace annals::files
