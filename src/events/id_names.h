#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace annals::events {

/// Names of ids for people: of types of events, of types of sources, and of sources within their type; and
/// the templates from which pages make sentences of events, by their types. All ids are in the notation of
/// append_id_notation(). Immutable, so thread-safe.
class IdNames {
 public:
  IdNames() = default;

  /// Reads a document of names, in the form that kEventTypes and the next ones tell. An empty text has none.
  /// Throws std::runtime_error if it is malformed.
  static IdNames parse(std::string_view document);

  // The members of a document: {"event_types":{"<id>":"…"},"source_types":{"<id>":"…"},
  // "sources":{"<source type>":{"<id>":"…"}},"event_templates":{"<event type>":"…"}}. Any may be absent.
  static constexpr std::string_view kEventTypes = "event_types";
  static constexpr std::string_view kSourceTypes = "source_types";
  static constexpr std::string_view kSources = "sources";
  static constexpr std::string_view kEventTemplates = "event_templates";

  /// Returns how many bytes of memory it takes, approximately.
  [[nodiscard]] std::size_t memory() const { return memory_; }

  /// Returns null if the id has no name.
  [[nodiscard]] const std::string* event_type(std::string_view id) const;
  [[nodiscard]] const std::string* source_type(std::string_view id) const;
  [[nodiscard]] const std::string* source(std::string_view type, std::string_view id) const;
  /// Returns null if there is no template for events of that type.
  [[nodiscard]] const std::string* event_template(std::string_view event_type) const;

 private:
  using Map = std::map<std::string, std::string, std::less<>>;

  Map event_types_;
  Map source_types_;
  std::map<std::string, Map, std::less<>> sources_;  // by the type of source
  Map event_templates_;
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

/// Does the same for the ids of an event, and adds `"template":"…"` to the names if there is one for its
/// type.
void append_names_of_event(std::string& text, const NamesInForce& names, const NamedIds& ids);

}  // namespace annals::events
