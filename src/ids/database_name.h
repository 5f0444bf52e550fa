#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals {

/// The name of a tenant's history database, checked on construction: 1–64 characters of `[A-Za-z0-9_-]`, the
/// first not `-`. It is safe as an SQL identifier (through engine::quote()), as a key prefix of a file store
/// and as a part of a URL.
class DatabaseName {
 public:
  static constexpr std::string_view kPattern = "^[A-Za-z0-9_][A-Za-z0-9_-]*$";
  static constexpr std::size_t kMaxLength = 64;

  /// Returns nullopt if `text` breaks the rule above.
  static std::optional<DatabaseName> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The beginning of the names under which databases of deleted tenants wait for their end.
  static constexpr std::string_view kAsidePrefix = "annals_gone_";
  /// The name by which requests mean the audit trail. A tenant of that name would be taken for it.
  static constexpr std::string_view kTrail = "_annals";
  [[nodiscard]] bool is_aside() const { return text_.starts_with(kAsidePrefix); }

  /// Returns true for names that no new tenant may have: those that the engine itself owns (`default`,
  /// `system` and `information_schema`, in any case), kTrail and those that begin with kAsidePrefix.
  [[nodiscard]] bool is_reserved() const;

  bool operator==(const DatabaseName&) const = default;

 private:
  explicit DatabaseName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace annals
