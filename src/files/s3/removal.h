#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/s3/client.h"
#include "files/s3/replies.h"

namespace annals::files {

/// One removal of everything under a prefix. It sweeps until a whole look at the bucket finds nothing more:
///  1. objects, in pages: list, ask `before_page`, delete;
///  2. unfinished multipart uploads, which no listing of objects shows;
///  3. when neither is left, older versions and delete markers, which a bucket with versioning keeps.
/// A page is listed before its `before_page`, so whoever took the removal over meanwhile loses nothing
/// uploaded since. What is refused for a single key does not keep the others; it is counted, and thrown
/// before the third step: deleting a version is another permission than deleting an object, and must not
/// become the way around a refusal. Only the objects are listed with `encoding-type=url`. Ceph's gateway
/// encodes the keys of uploads without saying so and never the markers, so these two listings are taken as
/// plain XML.
class S3Removal {
 public:
  S3Removal(S3Client& client, std::string prefix, BeforePage before_page)
      : client_(client), prefix_(std::move(prefix)), before_page_(std::move(before_page)) {}

  /// To be called once. Throws FileStoreError, and what `before_page` throws.
  boost::asio::awaitable<RemovedFiles> run();

 private:
  struct Refusals {
    std::uint64_t count = 0;
    std::string first_code;
  };

  /// One way to list what is under the prefix, page by page, and what is done with a page.
  struct Listing {
    QueryParameters query;
    std::string key_marker;       // the parameter that a page names the next one with,
    std::string id_marker = {};   // and its second one
    bool may_be_unknown = false;  // a store that does not implement it has nothing of the kind
    S3Page (*parse)(std::string_view xml, std::string_view prefix);
    boost::asio::awaitable<void> (S3Removal::*remove)(std::vector<S3Item> items);
  };

  /// Each returns how many it found.
  boost::asio::awaitable<std::uint64_t> remove_objects();
  boost::asio::awaitable<std::uint64_t> abort_uploads();
  boost::asio::awaitable<std::uint64_t> remove_versions();
  boost::asio::awaitable<std::uint64_t> remove_listed(Listing listing);

  boost::asio::awaitable<void> abort_each(std::vector<S3Item> uploads);
  boost::asio::awaitable<void> delete_items(std::vector<S3Item> items);
  boost::asio::awaitable<void> delete_together(std::vector<S3Item> items);
  boost::asio::awaitable<void> delete_one(S3Item item, std::string id_parameter);
  void refused(std::uint64_t count, const std::string& code);
  void throw_if_refused() const;

  S3Client& client_;
  const std::string prefix_;
  const BeforePage before_page_;
  Refusals refusals_;
};

}  // namespace annals::files
