#include "events/file_facts.h"

#include <charconv>

#include <fmt/format.h>

namespace annals::events {
namespace {

constexpr char kMark = '\1';
constexpr std::string_view kNoStringIds = "\1\1\1\1\1";

}  // namespace

std::string stored_form(const FileFacts& facts) {
  return fmt::format("{}:{}", facts.size, facts.sha256);
}

std::optional<FileFacts> read_file_facts(std::string_view stored) {
  const auto colon = stored.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  FileFacts facts{.sha256 = std::string(stored.substr(colon + 1))};
  const std::string_view digits = stored.substr(0, colon);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), facts.size);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return facts;
}

void append_kept_prefix(std::string& row, std::string_view string_ids, std::string_view facts) {
  row += string_ids.empty() ? kNoStringIds : string_ids;
  row += facts;
  row += kMark;
}

std::string_view file_facts_sql() {
  return "if(length(splitByChar('\\x01', other_fields)) = 7, splitByChar('\\x01', other_fields)[6], '')";
}

std::string_view string_ids_sql() {
  return "if(startsWith(other_fields, '\\x01'), replaceRegexpOne(arrayStringConcat(arrayMap(part -> "
         "concat(part, '\\x01'), arraySlice(splitByChar('\\x01', other_fields), 1, 5))), '^\\x01{5}$', ''), "
         "'')";
}

}  // namespace annals::events
