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
      : Error(ErrorCode::internal, "Internal Server Error", message) {}
};

/// Returns the error for a file that was never uploaded.
inline Error file_not_found() {
  return {ErrorCode::file_not_found, "File not found."};
}

/// Returns the error for a link that is altered or has expired: one text for all of it.
inline Error invalid_link() {
  return {ErrorCode::invalid_link, "The link is invalid or has expired."};
}

/// Returns the error for a deletion that the file store did not complete; `reason` is for the log.
inline Error files_not_deleted(std::string_view client_label, const std::string& reason) {
  return {ErrorCode::files_not_deleted, fmt::format("Tenant:{} files not deleted.", client_label), reason};
}

}  // namespace annals::files
