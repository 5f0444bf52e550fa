#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ids/uuid.h"

namespace annals {

/// Which file of a tenant. Those that we make are UUIDs v4: random, and not to be guessed.
class FileId {
 public:
  explicit FileId(const Uuid& uuid) : uuid_(uuid) {}

  static FileId random();
  /// Nothing when `text` is not a UUID in its usual form of 36 characters, in either case.
  static std::optional<FileId> parse(std::string_view text);

  /// In lower case.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const Uuid& uuid() const { return uuid_; }
  bool operator==(const FileId&) const = default;

 private:
  Uuid uuid_;
};

}  // namespace annals
