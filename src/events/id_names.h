#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace annals::events {

/// Names of ids for people: of types of events, of types of sources, and of sources within their type. All
/// ids are in the notation of append_id_notation(). Immutable, so thread-safe.
class IdNames {
 public:
  IdNames() = default;

  /// Reads a document of names, in the form that kEventTypes and the next ones tell. An empty text has none.
  /// Throws std::runtime_error if it is malformed.
  static IdNames parse(std::string_view document);

  // The members of a document: {"event_types":{"<id>":"…"},"source_types":{"<id>":"…"},
  // "sources":{"<source type>":{"<id>":"…"}}}. Any of them may be absent.
  static constexpr std::string_view kEventTypes = "event_types";
  static constexpr std::string_view kSourceTypes = "source_types";
  static constexpr std::string_view kSources = "sources";

  /// Returns how many bytes of memory it takes, approximately.
  [[nodiscard]] std::size_t memory() const { return memory_; }

  /// Returns null if the id has no name.
  [[nodiscard]] const std::string* event_type(std::string_view id) const;
  [[nodiscard]] const std::string* source_type(std::string_view id) const;
  [[nodiscard]] const std::string* source(std::string_view type, std::string_view id) const;

 private:
  using Map = std::map<std::string, std::string, std::less<>>;

  Map event_types_;
  Map source_types_;
  std::map<std::string, Map, std::less<>> sources_;  // by the type of source
  std::size_t memory_ = 0;
};

/// The names that hold for a tenant: its own, and the platform's for the ids that it has not named itself.
struct NamesInForce {
  std::shared_ptr<const IdNames> own;  // neither is null
  std::shared_ptr<const IdNames> platform;
  std::string version = {};  // differs if any name does
};

/// The ids that may have names, in the notation of append_id_notation(). One that is empty is not known.
struct NamedIds {
  std::string event_type = {};
  std::string source_type = {};
  std::string source = {};
};

/// The member under which answers give names.
inline constexpr std::string_view kNamesMember = "names";

/// Appends `"names":{"event_type":"…","source_type":"…","source":"…"}`, with those that there are.
void append_names(std::string& text, const NamesInForce& names, const NamedIds& ids);

}  // namespace annals::events
