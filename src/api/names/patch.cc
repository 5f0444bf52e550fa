#include "api/names/patch.h"

#include <cstdint>
#include <optional>
#include <string>

#include "api/described/limits.h"
#include "events/id_names.h"
#include "events/string_ids.h"
#include "http/body_fields.h"
#include "input/foreign_id.h"
#include "input/template.h"

namespace annals::api {
namespace {

using events::IdColumn;
using events::IdNames;
using http::BodyFields;

/// Returns the notation of the id that a field's name is, or nullopt after adding a problem.
std::optional<std::string> read_id(BodyFields& fields, const std::string& name, IdColumn column) {
  auto id = input::id_in_notation(name, events::max_of(column));
  if (id) return id->notation();
  fields.add_problem(name, std::move(id.error()));
  return std::nullopt;
}

enum class Texts : std::uint8_t { names, templates };

/// Returns a text for each id, and null where it is to be removed.
boost::json::object read_names(BodyFields& fields, IdColumn column, Texts texts = Texts::names) {
  boost::json::object names;
  for (const std::string& field : fields.names()) {
    const auto id = read_id(fields, field, column);
    if (!id) continue;
    if (names.contains(*id)) fields.add_problem(field, input::repeated_field());
    const auto name = fields.nullable_text(field, http::name_rule(described::kMaxName));
    const auto problem = name && texts == Texts::templates ? input::template_problem(*name) : std::nullopt;
    if (problem) fields.add_problem(field, *problem);
    names[*id] = name ? boost::json::value(*name) : boost::json::value();
  }
  return names;
}

boost::json::object read_sources(BodyFields& fields) {
  boost::json::object types;
  for (const std::string& field : fields.names()) {
    const auto type = read_id(fields, field, IdColumn::source_type_id);
    if (!type) continue;
    if (types.contains(*type)) fields.add_problem(field, input::repeated_field());
    if (fields.is_null(field)) {
      types[*type] = nullptr;
      continue;
    }
    fields.object(field,
                  [&](BodyFields& sources) { types[*type] = read_names(sources, IdColumn::source_id); });
  }
  return types;
}

/// Reads a member that may be absent, and is null if all of its names are to be removed.
template <class Read>
void read_member(boost::json::object& patch, BodyFields& fields, std::string_view name, Read read) {
  if (!fields.has(name)) return;
  if (fields.is_null(name)) {
    patch[name] = nullptr;
    return;
  }
  fields.object(name, [&](BodyFields& members) { patch[name] = read(members); });
}

}  // namespace

boost::json::object read_names_patch(const http::Request& request) {
  BodyFields fields(request);
  boost::json::object patch;
  read_member(patch, fields, IdNames::kEventTypes,
              [](BodyFields& names) { return read_names(names, IdColumn::event_type_id); });
  read_member(patch, fields, IdNames::kSourceTypes,
              [](BodyFields& names) { return read_names(names, IdColumn::source_type_id); });
  read_member(patch, fields, IdNames::kSources, read_sources);
  read_member(patch, fields, IdNames::kEventTemplates,
              [](BodyFields& names) { return read_names(names, IdColumn::event_type_id, Texts::templates); });
  fields.forbid_others();
  fields.check();
  return patch;
}

}  // namespace annals::api
