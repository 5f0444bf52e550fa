#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "error.h"

namespace annals::files {

// The errors about files, with the words of the contract.

/// A failure of the file store, or a removal that may be incomplete. Its text is for the log.
class FileStoreError : public Error {
 public:
  explicit FileStoreError(const std::string& message)
      : Error(ErrorCode::file_store_unavailable, "File store is unavailable.", message) {}

 protected:
  using Error::Error;
};

/// Reports that the file store has no room for a file.
class FileStoreFull : public FileStoreError {
 public:
  explicit FileStoreFull(const std::string& message)
      : FileStoreError(ErrorCode::file_store_full, "File store has no room.", message) {}
};

/// Returns the error for a file that was never uploaded.
inline Error file_not_found() {
  return {ErrorCode::file_not_found, "File not found."};
}

/// Returns the error for a link that is altered or has expired: one text for all of it.
inline Error invalid_link() {
  return {ErrorCode::invalid_link, "The link is invalid or has expired."};
}

/// Returns the error for an upload that would replace a file that an event names.
inline Error file_in_use() {
  return {ErrorCode::file_in_use, "An event names this file. It cannot be replaced."};
}

/// Returns the error for an upload whose Content-MD5 is not that of what arrived.
inline Error wrong_digest() {
  return {ErrorCode::bad_request, "Content-MD5 is not the MD5 of the file."};
}

/// Returns the error for an upload whose SHA-256 is not the one that its link is bound to.
inline Error wrong_sha256() {
  return {ErrorCode::bad_request, "The SHA-256 of the file is not the one that the link is bound to."};
}

/// Returns the error for an upload of a part of a file (RFC 9110, section 14.5).
inline Error partial_upload() {
  return {ErrorCode::bad_request, "A part of a file cannot be uploaded."};
}

/// Returns the error for a precondition that does not hold.
inline Error precondition_failed() {
  return {ErrorCode::precondition_failed, "Precondition Failed"};
}

/// Returns the error for a deletion that the file store did not complete; `reason` is for the log.
inline Error files_not_deleted(std::string_view client_label, const std::string& reason) {
  return {ErrorCode::files_not_deleted, fmt::format("Tenant:{} files not deleted.", client_label), reason};
}

}  // namespace annals::files
