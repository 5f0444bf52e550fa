// Properties: a reply of S3 is read, or refused as unexpected; what is read has as many items as pugixml
// finds elements, each with the prefix; and keys survive the way into a listing and out of it, and into a
// request to delete them.
#include <array>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <pugixml.hpp>

#include "files/s3/replies.h"
#include "fuzz/fuzzing.h"
#include "text/percent_encoding.h"

namespace annals::files {
namespace {

using fuzzing::require;
using fuzzing::require_same;

constexpr std::string_view kPrefix = "db/";

template <class Parse>
auto read(Parse parse) -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const UnexpectedReply&) {
    return std::nullopt;
  }
}

// Counts elements below the root.
std::size_t count(const pugi::xml_document& document, std::initializer_list<const char*> names) {
  std::size_t elements = 0;
  for (const char* const name : names) {
    const auto found = document.document_element().children(name);
    elements += static_cast<std::size_t>(std::distance(found.begin(), found.end()));
  }
  return elements;
}

void check_page(const std::optional<S3Page>& page, std::size_t elements, bool have_ids) {
  if (!page) return;
  require(page->items.size() == elements, "an item for each element");
  require(!page->truncated || !page->next_key.empty(), "a place to go on from if there is more");
  for (const S3Item& item : page->items) {
    require(item.key.starts_with(kPrefix), "no key outside the prefix");
    require(item.id.empty() != have_ids, "an id where there are ids");
  }
}

void check_reply(std::string_view xml) {
  pugi::xml_document document;
  const bool is_xml = static_cast<bool>(document.load_buffer(
      xml.data(), xml.size(), pugi::parse_minimal | pugi::parse_cdata, pugi::encoding_utf8));
  const auto objects = read([&] { return parse_object_list(xml, kPrefix); });
  const auto versions = read([&] { return parse_version_list(xml, kPrefix); });
  const auto uploads = read([&] { return parse_upload_list(xml, kPrefix); });
  check_page(objects, count(document, {"Contents"}), false);
  check_page(versions, count(document, {"Version", "DeleteMarker"}), true);
  check_page(uploads, count(document, {"Upload"}), true);
  const auto refusals = read([&] { return parse_delete_result(xml); });
  if (refusals) require(refusals->size() == count(document, {"Error"}), "a refusal for each element");
  const auto upload = read([&] { return parse_upload_id(xml); });
  const int read_as =
      (objects ? 1 : 0) + (versions ? 1 : 0) + (uploads ? 1 : 0) + (refusals ? 1 : 0) + (upload ? 1 : 0);
  require(read_as <= (is_xml ? 1 : 0), "a reply to be one kind at most, and XML");
  const auto code = parse_error_code(xml);
  require(!code || is_xml, "an error to be XML");
}

std::string written(const pugi::xml_document& document) {
  std::ostringstream xml;
  document.save(xml, "", pugi::format_raw, pugi::encoding_utf8);
  return std::move(xml).str();
}

// Writes a listing of versions as S3 does.
std::string listing(const std::vector<S3Item>& items, bool encoded) {
  pugi::xml_document document;
  auto root = document.append_child("ListVersionsResult");
  if (encoded) root.append_child("EncodingType").text() = "url";
  root.append_child("IsTruncated").text() = "false";
  for (const S3Item& item : items) {
    auto node = root.append_child("Version");
    node.append_child("Key").text() =
        encoded ? text::percent_encode(item.key, "/").c_str() : item.key.c_str();
    node.append_child("VersionId").text() = item.id.c_str();
    node.append_child("Size").text() = static_cast<unsigned long long>(item.size);
  }
  return written(document);
}

std::vector<S3Item> items_in(FuzzedDataProvider& input, bool encoded) {
  constexpr std::size_t kMostItems = 5;
  constexpr std::size_t kLongestKey = 40;
  std::vector<S3Item> items;
  while (input.remaining_bytes() > 0 && items.size() < kMostItems) {
    std::string key = std::string(kPrefix) + input.ConsumeRandomLengthString(kLongestKey);
    key = key.substr(0, key.find('\0'));  // no XML has it, and pugixml ends there
    const auto size = input.ConsumeIntegral<std::uint64_t>();
    if (encoded || fits_xml(key)) items.push_back({.key = std::move(key), .id = "v1", .size = size});
  }
  return items;
}

void check_round_trip(const std::vector<S3Item>& items, bool encoded) {
  const auto page = read([&] { return parse_version_list(listing(items, encoded), kPrefix); });
  require(page && page->items.size() == items.size(), "the items that were listed");
  for (std::size_t i = 0; i < items.size(); ++i) {
    require_same(page->items[i].key, items[i].key, "a key");
    require(page->items[i].size == items[i].size && page->items[i].id == items[i].id, "its size and version");
  }
}

void check_deletion(const std::vector<S3Item>& items) {
  pugi::xml_document document;
  const std::string xml = delete_request(items);
  require(static_cast<bool>(document.load_buffer(xml.data(), xml.size())), "a request that is XML");
  std::size_t at = 0;
  for (const auto node : document.child("Delete").children("Object")) {
    require(at < items.size(), "no more objects than there are items");
    require_same(node.child_value("Key"), items[at].key, "a key to delete");
    require_same(node.child_value("VersionId"), items[at++].id, "a version to delete");
  }
  require(at == items.size(), "an object for each item");
}

}  // namespace
}  // namespace annals::files

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace annals::files;
  constexpr int kModes = 3;
  FuzzedDataProvider input(data, size);
  const int mode = input.ConsumeIntegral<std::uint8_t>() % kModes;
  if (mode == 0) {
    check_reply(input.ConsumeRemainingBytesAsString());
    return 0;
  }
  const bool encoded = mode == 1;
  const auto items = items_in(input, encoded);
  check_round_trip(items, encoded);
  if (!encoded) check_deletion(items);
  return 0;
}
