#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace annals::cli {

/// A file with names of ids, as patches for `PATCH …/names`.
struct NamedIds {
  std::vector<boost::json::object> patches;  // in their order, each of a size that a request may have
  std::size_t names = 0;                     // in all of them, those to remove included
};

/// Reads the bytes of a file: a JSON document as the service returns it, or CSV whose first line names the
/// columns `name` and any of `event_type_id`, `source_type_id`, `source_id` and `event_template`. A record
/// with a type of events names that; one with a source names it within its type; one with a type of sources
/// alone names that type. One with a type of events under `event_template` has the template of its sentence
/// for a name. An empty name is one to remove. Throws Mistake, with the line, if the text is neither.
NamedIds read_named_ids(const std::string& file);

}  // namespace annals::cli
