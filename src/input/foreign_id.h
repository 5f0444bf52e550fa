#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "ids/foreign_id.h"
#include "input/problems.h"

namespace annals::input {

/// Returns the id that is a string, or what is wrong with it.
std::expected<ForeignId, FieldProblem> string_id(std::string_view text);

/// Reads an integer from 0 to `max` in digits.
std::expected<std::uint64_t, FieldProblem> unsigned_in_digits(std::string_view text, std::uint64_t max);

/// Reads an id in the notation of append_id_notation(): digits are an integer from 0 to `max`, a text that
/// begins with a quote is a string in JSON, and any other text is itself.
std::expected<ForeignId, FieldProblem> id_in_notation(std::string_view text, std::uint64_t max);

}  // namespace annals::input
