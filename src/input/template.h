#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "input/problems.h"

namespace annals::input {

/// The most characters of a path in a template.
inline constexpr std::size_t kMaxTemplatePath = 100;

/// Returns what is wrong with a template of a sentence such as `{source} changed {data.field}`, or nullopt. A
/// path stands between braces; `{{` and `}}` are braces of the sentence itself. Where a path leads is up to
/// those who make the sentence.
std::optional<FieldProblem> template_problem(std::string_view text);

}  // namespace annals::input
