#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/sql.h"
#include "events/field_filter.h"

namespace annals::history {

/// A condition on one field, with the values that it binds.
struct FieldCondition {
  std::string sql;
  std::vector<engine::Parameter> parameters;
};

/// Returns the condition that an event has one of the values in that field. `parameter` is the beginning of
/// the names of its parameters. `searched_text` is SQL for events::searched_text_sql(): if there is one value
/// and it must have words, the index of words leaves out most events whose JSON would be read in vain.
FieldCondition field_condition(const events::FieldFilter& filter, const std::string& parameter,
                               const std::string& searched_text);

/// Returns whether field_condition() uses `searched_text` for that filter.
bool looks_for_words(const events::FieldFilter& filter);

}  // namespace annals::history
