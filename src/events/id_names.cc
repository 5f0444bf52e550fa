#include "events/id_names.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

namespace annals::events {
namespace {

namespace json = boost::json;

/// The bytes of a map's node with two strings, without what is in them.
constexpr std::size_t kNode = 128;

/// Calls `take` with the name and the value of each member of an object that is a member of `object`.
void for_each_member(const json::object& object, std::string_view name,
                     const std::function<void(std::string id, const json::value& value)>& take) {
  const json::value* members = object.if_contains(name);
  if (members == nullptr) return;
  for (const auto& member : members->as_object()) take(std::string(member.key()), member.value());
}

template <class Map>
const typename Map::mapped_type* find_in(const Map& map, std::string_view id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

/// Returns the tenant's own name, or else the platform's.
template <class Find>
const std::string* first_of(const NamesInForce& names, Find find) {
  const std::string* own = find(*names.own);
  return own != nullptr ? own : find(*names.platform);
}

/// The members of an object, null where there is no name.
using Members = std::vector<std::pair<std::string_view, const std::string*>>;

Members names_of(const NamesInForce& names, const NamedIds& ids) {
  return {
      {"event_type", first_of(names, [&](const IdNames& all) { return all.event_type(ids.event_type); })},
      {"source_type", first_of(names, [&](const IdNames& all) { return all.source_type(ids.source_type); })},
      {"source",
       first_of(names, [&](const IdNames& all) { return all.source(ids.source_type, ids.source); })}};
}

void append_object(std::string& text, const Members& members) {
  text += fmt::format("\"{}\":{{", kNamesMember);
  const std::size_t begin = text.size();
  for (const auto& [member, name] : members) {
    if (name == nullptr) continue;
    if (text.size() > begin) text += ',';
    text += fmt::format("\"{}\":{}", member, json::serialize(json::string(*name)));
  }
  text += '}';
}

}  // namespace

IdNames IdNames::parse(std::string_view document) {
  IdNames names;
  if (document.empty()) return names;
  const json::value value = json::parse(document);
  const json::object& object = value.as_object();
  const auto into = [&names](Map& map) {
    return [&names, &map](std::string id, const json::value& name) {
      names.memory_ += kNode + id.size() + name.as_string().size();
      map[std::move(id)] = std::string(name.as_string());
    };
  };
  for_each_member(object, kEventTypes, into(names.event_types_));
  for_each_member(object, kSourceTypes, into(names.source_types_));
  for_each_member(object, kEventTemplates, into(names.event_templates_));
  for_each_member(object, kSources, [&](const std::string& type, const json::value& /*sources*/) {
    names.memory_ += kNode + type.size();
    for_each_member(object.at(kSources).as_object(), type, into(names.sources_[type]));
  });
  return names;
}

const std::string* IdNames::event_type(std::string_view id) const {
  return find_in(event_types_, id);
}

const std::string* IdNames::source_type(std::string_view id) const {
  return find_in(source_types_, id);
}

const std::string* IdNames::source(std::string_view type, std::string_view id) const {
  const Map* sources = find_in(sources_, type);
  return sources == nullptr ? nullptr : find_in(*sources, id);
}

const std::string* IdNames::event_template(std::string_view event_type) const {
  return find_in(event_templates_, event_type);
}

void append_names(std::string& text, const NamesInForce& names, const NamedIds& ids) {
  append_object(text, names_of(names, ids));
}

void append_names_of_event(std::string& text, const NamesInForce& names, const NamedIds& ids) {
  auto members = names_of(names, ids);
  members.emplace_back(
      "template", first_of(names, [&](const IdNames& all) { return all.event_template(ids.event_type); }));
  append_object(text, members);
}

}  // namespace annals::events
