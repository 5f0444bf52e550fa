#include "input/template.h"

#include "text/ascii.h"
#include "text/utf8.h"

namespace annals::input {

std::optional<FieldProblem> template_problem(std::string_view text) {
  for (auto at = text.find_first_of("{}"); at != std::string_view::npos; at = text.find_first_of("{}")) {
    const char brace = text[at];
    text.remove_prefix(at + 1);
    if (text.starts_with(brace)) {
      text.remove_prefix(1);
      continue;
    }
    if (brace == '}') return unopened_brace();
    const auto end = text.find_first_of("{}");
    if (end == std::string_view::npos || text[end] == '{') return unclosed_brace();
    const std::string_view path = text.substr(0, end);
    const bool is_path = !text::trim(path).empty() && text::code_points(path) <= kMaxTemplatePath;
    if (!is_path) return not_a_template_path(kMaxTemplatePath);
    text.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace annals::input
