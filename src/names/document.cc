#include "names/document.h"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "events/id_names.h"
#include "input/problems.h"

namespace annals::names {
namespace {

namespace json = boost::json;
using events::IdNames;

json::object parsed(std::string_view document) {
  return document.empty() ? json::object() : json::parse(document).as_object();
}

/// Merges as RFC 7396, section 2, says, and leaves no object empty.
void merge(json::object& target, const json::object& patch) {
  for (const auto& member : patch) {
    if (member.value().is_object()) {
      json::value& inner = target[member.key()];
      if (!inner.is_object()) inner.emplace_object();
      merge(inner.get_object(), member.value().get_object());
      if (inner.get_object().empty()) target.erase(member.key());
    } else if (member.value().is_null()) {
      target.erase(member.key());
    } else {
      target[member.key()] = member.value();
    }
  }
}

std::size_t count_names(const json::object& object) {
  std::size_t count = 0;
  for (const auto& member : object) {
    count += member.value().is_object() ? count_names(member.value().get_object()) : 1;
  }
  return count;
}

}  // namespace

std::string patched(std::string_view document, const json::object& patch) {
  json::object object = parsed(document);
  merge(object, patch);
  if (object.empty()) return {};
  if (count_names(object) > kMaxNames) {
    throw input::InvalidInput({input::at({"body"}, input::more_items_than(kMaxNames))});
  }
  std::string text = json::serialize(object);
  if (text.size() > kMaxDocumentBytes) {
    throw input::InvalidInput({input::at({"body"}, input::names_larger_than(kMaxDocumentBytes))});
  }
  return text;
}

std::string shown(std::string_view document) {
  json::object object = parsed(document);
  json::object all;
  for (const std::string_view name :
       {IdNames::kEventTypes, IdNames::kSourceTypes, IdNames::kSources, IdNames::kEventTemplates}) {
    json::value* found = object.if_contains(name);
    all[name] = found == nullptr ? json::value(json::object()) : std::move(*found);
  }
  return json::serialize(all);
}

}  // namespace annals::names
