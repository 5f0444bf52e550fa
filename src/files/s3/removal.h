#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/s3/client.h"
#include "files/s3/replies.h"

namespace annals::files {

/// The keys that a removal removes.
struct S3Keys {
  std::string prefix;
  std::function<bool(std::string_view key)> only = {};  // of those with the prefix; null: all
};

/// Removes everything under a prefix, or a part of it, once. It sweeps until a whole pass over the bucket
/// finds nothing more:
///  1. objects, in pages: list, call `before_page`, delete;
///  2. unfinished multipart uploads, which no listing of objects shows;
///  3. once neither is left, older versions and delete markers, which a bucket with versioning keeps.
/// A page is listed before its `before_page`, so that nothing is removed that was uploaded after another
/// instance has taken the removal over. The refusal of a single key does not stop the removal of the others.
/// Refusals are counted, and thrown before the third step: deleting a version needs another permission than
/// deleting an object, and must not become the way around a refusal. Only the objects are listed with
/// `encoding-type=url`: Ceph's gateway encodes the keys of uploads without saying so, and never the markers,
/// so the two other listings are read as plain XML.
class S3Removal {
 public:
  S3Removal(S3Client& client, S3Keys keys, BeforePage before_page)
      : client_(client), keys_(std::move(keys)), before_page_(std::move(before_page)) {}

  /// Returns what was removed. Call it once. Throws FileStoreError, and what `before_page` throws.
  boost::asio::awaitable<RemovedFiles> run();

 private:
  struct Refusals {
    std::uint64_t count = 0;
    std::string first_code;
  };

  /// A way to list what is under the prefix, page by page, and the removal of a page.
  struct Listing {
    aws::QueryParameters query;
    std::string key_marker;       // the parameter that asks for the next page
    std::string id_marker = {};   // a second parameter of that kind; empty: none
    bool may_be_unknown = false;  // a store that does not implement the listing has nothing to list
    S3Page (*parse)(std::string_view xml, std::string_view prefix);
    boost::asio::awaitable<void> (S3Removal::*remove)(std::vector<S3Item> items);
  };

  /// Each of these returns the number of items that it found.
  boost::asio::awaitable<std::uint64_t> remove_objects();
  boost::asio::awaitable<std::uint64_t> abort_uploads();
  boost::asio::awaitable<std::uint64_t> remove_versions();
  S3Call page_after(const S3Page& page, const Listing& listing) const;
  boost::asio::awaitable<std::uint64_t> remove_listed(Listing listing);

  boost::asio::awaitable<void> abort_each(std::vector<S3Item> uploads);
  boost::asio::awaitable<void> delete_items(std::vector<S3Item> items);
  boost::asio::awaitable<void> delete_together(std::vector<S3Item> items);
  boost::asio::awaitable<void> delete_one(S3Item item, std::string id_parameter);
  void refused(std::uint64_t count, const std::string& code);
  void throw_if_refused() const;

  S3Client& client_;
  const S3Keys keys_;
  const BeforePage before_page_;
  Refusals refusals_;
};

}  // namespace annals::files
