#include "files/s3/replies.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "text/percent_encoding.h"
#include "text/utf8.h"

namespace annals::files {
namespace {

// Turns the end-of-line conversion of XML off, so that every byte of a key arrives. pugixml also reads
// references to characters that XML 1.0 excludes (`&#x1;`), which S3 writes in a key that is not
// percent-encoded.
constexpr unsigned int kParsing = pugi::parse_cdata | pugi::parse_escapes;

pugi::xml_node parse_root(pugi::xml_document& document, std::string_view xml, const char* expected) {
  const auto result = document.load_buffer(xml.data(), xml.size(), kParsing, pugi::encoding_utf8);
  if (!result) throw UnexpectedReply(fmt::format("the reply is not XML: {}", result.description()));
  const pugi::xml_node root = document.document_element();
  if (std::string_view(root.name()) != expected) {
    throw UnexpectedReply(
        fmt::format("the reply is <{:.32}> where <{}> was expected", root.name(), expected));
  }
  return root;
}

/// Undoes `encoding-type=url`, where AWS writes a blank as `+` and other servers as `%20`.
std::string url_decoded(std::string_view text) {
  auto decoded = text::percent_decode(text, text::Plus::blank);
  if (!decoded) throw UnexpectedReply("the reply has a key that is not percent-encoded");
  return *std::move(decoded);
}

/// Reads a list document. Every listing of S3 has the same shape.
class Listing {
 public:
  Listing(std::string_view xml, const char* root_name, std::string_view prefix)
      : root_(parse_root(document_, xml, root_name)),
        encoded_(std::string_view(root_.child_value("EncodingType")) == "url"),
        prefix_(prefix) {
    const std::string_view truncated = root_.child_value("IsTruncated");
    if (truncated != "true" && truncated != "false")
      throw UnexpectedReply("the listing does not say if there is more");
    page_.truncated = truncated == "true";
  }

  void take(const char* element, const char* id_element) {
    for (const pugi::xml_node node : root_.children(element)) {
      const char* key = node.child_value("Key");
      S3Item item{.key = encoded_ ? url_decoded(key) : key};
      if (!item.key.starts_with(prefix_))
        throw UnexpectedReply("the listing has a key that does not begin with the prefix");
      if (id_element != nullptr) {
        item.id = node.child_value(id_element);
        if (item.id.empty())
          throw UnexpectedReply(fmt::format("the listing has a key without {}", id_element));
      }
      item.size = node.child("Size").text().as_ullong();
      page_.items.push_back(std::move(item));
    }
  }

  [[nodiscard]] std::string decoded(const char* text) const {
    return encoded_ ? url_decoded(text) : std::string(text);
  }
  [[nodiscard]] std::string plain(const char* element) const { return root_.child_value(element); }

  S3Page finish(std::string next_key, std::string next_id) {
    if (page_.truncated) {
      if (next_key.empty()) throw UnexpectedReply("the listing says there is more, but not where");
      page_.next_key = std::move(next_key);
      page_.next_id = std::move(next_id);
    }
    return std::move(page_);
  }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
  bool encoded_;
  std::string_view prefix_;
  S3Page page_;
};

}  // namespace

S3Page parse_object_list(std::string_view xml, std::string_view prefix) {
  Listing listing(xml, "ListBucketResult", prefix);
  listing.take("Contents", nullptr);
  return listing.finish(listing.plain("NextContinuationToken"), "");
}

S3Page parse_version_list(std::string_view xml, std::string_view prefix) {
  Listing listing(xml, "ListVersionsResult", prefix);
  listing.take("Version", "VersionId");
  listing.take("DeleteMarker", "VersionId");
  return listing.finish(listing.decoded(listing.plain("NextKeyMarker").c_str()),
                        listing.plain("NextVersionIdMarker"));
}

S3Page parse_upload_list(std::string_view xml, std::string_view prefix) {
  Listing listing(xml, "ListMultipartUploadsResult", prefix);
  listing.take("Upload", "UploadId");
  return listing.finish(listing.decoded(listing.plain("NextKeyMarker").c_str()),
                        listing.plain("NextUploadIdMarker"));
}

std::string parse_upload_id(std::string_view xml) {
  pugi::xml_document document;
  std::string id = parse_root(document, xml, "InitiateMultipartUploadResult").child_value("UploadId");
  if (id.empty()) throw UnexpectedReply("S3 POST object: the reply names no upload");
  return id;
}

void check_completion(std::string_view xml) {
  if (const auto code = parse_error_code(xml)) throw FileStoreError(fmt::format("S3 POST object: {}", *code));
  pugi::xml_document document;
  (void)parse_root(document, xml, "CompleteMultipartUploadResult");
}

std::vector<S3Refusal> parse_delete_result(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root = parse_root(document, xml, "DeleteResult");
  std::vector<S3Refusal> refusals;
  for (const pugi::xml_node node : root.children("Error")) {
    refusals.push_back({.key = node.child_value("Key"), .code = node.child_value("Code")});
  }
  return refusals;
}

std::optional<std::string> parse_error_code(std::string_view xml) {
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), kParsing, pugi::encoding_utf8)) return std::nullopt;
  const pugi::xml_node error = document.child("Error");
  if (!error) return std::nullopt;
  return error.child_value("Code");
}

std::string_view advice_on(int status, std::string_view code) {
  struct Advice {
    std::string_view code;
    std::string_view text;
  };
  constexpr std::array<Advice, 9> kAdvice{{
      {"SignatureDoesNotMatch",
       "the secret key is wrong; check AWS_SECRET_ACCESS_KEY or the credentials file"},
      {"InvalidAccessKeyId", "the access key is unknown; check AWS_ACCESS_KEY_ID or the credentials file"},
      {"ExpiredToken",
       "the credentials have expired; renew them where they come from, see the log of the start"},
      {"InvalidToken", "the session token is wrong; check AWS_SESSION_TOKEN"},
      {"NoSuchBucket",
       "the bucket does not exist; create it, or check files.s3_bucket and files.s3_endpoint"},
      {"PermanentRedirect", "the bucket is in another region; check files.s3_region"},
      {"AuthorizationHeaderMalformed", "the bucket is in another region; check files.s3_region"},
      {"RequestTimeTooSkewed", "the clocks differ; set this machine's clock"},
      {"AccessDenied", "the credentials lack a permission; docs/operations.md has the policy"},
  }};
  const auto found = std::ranges::find(kAdvice, code, &Advice::code);
  if (found != kAdvice.end()) return found->text;
  constexpr int kForbidden = 403;
  constexpr int kMoved = 301;
  // HEAD is answered without a document.
  if (status == kForbidden)
    return "check the credentials and their permissions; docs/operations.md has the policy";
  if (status == kMoved) return "the bucket is in another region; check files.s3_region";
  return {};
}

bool fits_xml(std::string_view key) {
  while (!key.empty()) {
    const std::size_t size = text::utf8_sequence(key);
    if (size == 0) return false;
    const std::uint32_t code_point = text::code_point(key.substr(0, size));
    const bool control = code_point < 0x20U || (code_point >= 0x7FU && code_point < 0xA0U);
    const bool excluded = code_point == 0xFFFEU || code_point == 0xFFFFU;
    if (control || excluded) return false;
    key.remove_prefix(size);
  }
  return true;
}

std::string delete_request(std::span<const S3Item> items) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("Delete");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  root.append_child("Quiet").text() = "true";
  for (const S3Item& item : items) {
    pugi::xml_node object = root.append_child("Object");
    object.append_child("Key").text() = item.key.c_str();
    if (!item.id.empty()) object.append_child("VersionId").text() = item.id.c_str();
  }
  std::ostringstream xml;
  document.save(xml, "", pugi::format_raw, pugi::encoding_utf8);
  return std::move(xml).str();
}

}  // namespace annals::files
