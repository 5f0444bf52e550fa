#include "engine/sql.h"

#include <atomic>
#include <cstdint>
#include <random>

#include <fmt/format.h>

namespace annals::engine {

std::string quote(const DatabaseName& name) {
  return fmt::format("`{}`", name.text());  // DatabaseName admits neither backticks nor backslashes
}

std::string string_array(const std::vector<std::string>& texts) {
  std::string array = "[";
  for (const std::string& text : texts) {
    if (array.size() > 1) array += ',';
    array += '\'';
    for (const char c : text) {
      if (c == '\'') array += c;  // doubled, as in SQL; escape_parameter() takes care of backslashes
      array += c;
    }
    array += '\'';
  }
  return array + "]";
}

std::string new_query_id(std::string_view request_id) {
  // Other instances name statements too: a random beginning keeps their numbers apart.
  static std::atomic<std::uint64_t> next = std::uint64_t{std::random_device{}()} << 32U;
  return request_id.empty() ? std::string() : fmt::format("{}.{:x}", request_id, next.fetch_add(1));
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
