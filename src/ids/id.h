#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "ids/uuid.h"

namespace annals {

/// Names one thing of a kind by a UUID. Ids of different kinds do not convert into each other, so that a
/// client cannot be taken for a file. `Kind` is the tag that tells them apart.
template <class Kind>
class Id {
 public:
  explicit constexpr Id(const Uuid& uuid) : uuid_(uuid) {}

  /// Makes an id that cannot be guessed, a UUID v4.
  static Id random() { return Id(random_uuid()); }

  /// Reads a UUID in its usual form of 36 characters, in either case. Returns nullopt for any other text.
  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = parse_uuid(text);
    return uuid ? std::optional(Id(*uuid)) : std::nullopt;
  }

  /// Returns the usual form, in lower case.
  [[nodiscard]] std::string text() const { return uuid_text(uuid_); }
  [[nodiscard]] const Uuid& uuid() const { return uuid_; }

  bool operator==(const Id&) const = default;
  /// Orders ids as their texts are ordered.
  bool operator<(const Id& other) const { return uuid_ < other.uuid_; }

 private:
  Uuid uuid_;
};

/// Names a tenant. It is no secret, but it cannot be guessed.
using ClientId = Id<struct ClientKind>;
/// Names a file of a tenant; the second part of its key in the file store.
using FileId = Id<struct FileKind>;
/// Names a platform key that was made over the API. It is no secret.
using KeyId = Id<struct KeyKind>;
/// Names an event of a tenant. An event that is sent again has the same one.
using EventId = Id<struct EventKind>;

}  // namespace annals
