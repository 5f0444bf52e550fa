#include "engine/sql.h"

#include <fmt/format.h>

namespace annals::engine {

std::string quote(const DatabaseName& name) {
  return fmt::format("`{}`", name.text());  // DatabaseName admits neither backticks nor backslashes
}

std::string escape_parameter(std::string_view value) {
  std::string escaped;
  escaped.reserve(value.size());
  for (const char c : value) {
    switch (c) {
      case '\\':
        escaped += "\\\\";
        break;
      case '\t':
        escaped += "\\t";
        break;
      case '\n':
        escaped += "\\n";
        break;
      case '\r':
        escaped += "\\r";
        break;
      case '\0':
        escaped += "\\0";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace annals::engine
