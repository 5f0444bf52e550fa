#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "files/file_store.h"

namespace annals::files {

/// Reports a reply that S3 does not give to that call: another service's page, a truncated document, keys
/// that were not requested.
class UnexpectedReply : public FileStoreError {
 public:
  using FileStoreError::FileStoreError;
};

/// An item in a bucket that can be removed: an object, a version or delete marker of it, or an unfinished
/// upload.
struct S3Item {
  std::string key;
  std::string id = {};     // of the version or upload; empty for an object
  std::uint64_t size = 0;  // of the object, in bytes; 0 for an upload
};

/// A page of a listing. `next_key` and `next_id` are set if the server says that more pages follow.
struct S3Page {
  std::vector<S3Item> items;
  bool truncated = false;
  std::string next_key = {};
  std::string next_id = {};
};

/// Reads the reply to ListObjectsV2. `next_key` is the continuation token. Throws UnexpectedReply, also for a
/// key outside `prefix`: a server that ignores the prefix must not make us remove a neighbour's files.
S3Page parse_object_list(std::string_view xml, std::string_view prefix);

/// Reads the reply to ListObjectVersions: versions and delete markers. Throws like parse_object_list.
S3Page parse_version_list(std::string_view xml, std::string_view prefix);

/// Reads the reply to ListMultipartUploads. Throws like parse_object_list.
S3Page parse_upload_list(std::string_view xml, std::string_view prefix);

/// Returns the id of the upload that CreateMultipartUpload has begun. Throws UnexpectedReply.
std::string parse_upload_id(std::string_view xml);

/// Checks the reply to CompleteMultipartUpload, a 200 also when S3 says in the document that it failed.
/// Throws FileStoreError with its code then, and UnexpectedReply for any other document.
void check_completion(std::string_view xml);

/// A key that was not deleted.
struct S3Refusal {
  std::string key;
  std::string code;
};

/// Reads the reply to DeleteObjects, a 200 even if S3 refused every key. Throws UnexpectedReply.
std::vector<S3Refusal> parse_delete_result(std::string_view xml);

/// Returns the code of an error reply (`AccessDenied`, `SlowDown`, …), or nullopt for any other document.
std::optional<std::string> parse_error_code(std::string_view xml);

/// Returns what an operator can do about a refusal with that status and code, or an empty text.
std::string_view advice_on(int status, std::string_view code);

/// Returns whether a key survives the way into an XML document and out again: well-formed UTF-8 without
/// control characters and without the two non-characters that XML 1.0 excludes. Other keys are deleted one by
/// one, by their URL.
bool fits_xml(std::string_view key);

/// Returns the body of DeleteObjects, which asks for refusals only.
std::string delete_request(std::span<const S3Item> items);

}  // namespace annals::files
