#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ids/uuid.h"

namespace annals {

/// Which tenant: a UUID v4, made at random. It is no secret, but it cannot be guessed.
class ClientId {
 public:
  static ClientId random();
  /// Nothing when `text` is not a UUID in its usual form of 36 characters, in either case.
  static std::optional<ClientId> parse(std::string_view text);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] const Uuid& uuid() const { return uuid_; }
  bool operator==(const ClientId&) const = default;
  bool operator<(const ClientId& other) const { return uuid_ < other.uuid_; }

 private:
  explicit ClientId(Uuid uuid) : uuid_(uuid) {}
  Uuid uuid_;
};

}  // namespace annals
