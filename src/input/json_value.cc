#include "input/json_value.h"

#include <algorithm>
#include <utility>

#include "input/json_check.h"
#include "input/json_string.h"
#include "text/utf8.h"

namespace annals::input {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The three functions below return the size of the value that a text begins with. The text was checked, so
// they look no further than they must to find the end.

// Searches for quotes and escapes in turn, each further on than the last: searching is much faster than
// stepping through every character.
std::size_t size_of_string(std::string_view text) {
  std::size_t from = 1;
  std::size_t quote = text.find('"', from);
  while (true) {
    const auto escape = text.substr(0, quote).find('\\', from);
    if (escape == std::string_view::npos) return quote + 1;
    from = escape + 2;
    if (quote < from) quote = text.find('"', from);
  }
}

std::size_t size_of_nested(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i += size_of_string(text.substr(i)) - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return text.size();
}

std::size_t size_of_value(std::string_view text) {
  if (text.front() == '"') return size_of_string(text);
  if (text.front() == '{' || text.front() == '[') return size_of_nested(text);
  const auto ends = [](char c) { return c == ',' || c == ']' || c == '}' || is_blank(c); };
  return static_cast<std::size_t>(std::ranges::find_if(text, ends) - text.begin());
}

// Cuts a checked array or object into its values, an object's keys among them. What stands between two of
// them is known to be valid, so it is skipped unread.
class Cutter {
 public:
  explicit Cutter(std::string_view nested) : rest_(nested.substr(1, nested.size() - 2)) {}

  // Returns the next value, or "" after the last one.
  std::string_view next() {
    const auto between = [](char c) { return c == ',' || c == ':' || is_blank(c); };
    const auto start = std::ranges::find_if_not(rest_, between);
    rest_.remove_prefix(static_cast<std::size_t>(start - rest_.begin()));
    if (rest_.empty()) return {};
    const std::string_view value = rest_.substr(0, size_of_value(rest_));
    rest_.remove_prefix(value.size());
    return value;
  }

 private:
  std::string_view rest_;
};

// Returns for each member whether a later one with the same key replaces it. Sorting keeps a hostile object
// of very many keys from costing the square of their number.
std::vector<bool> replaced(const std::vector<JsonMember>& members) {
  std::vector<std::pair<std::string, std::size_t>> keys;
  keys.reserve(members.size());
  for (const JsonMember& member : members) keys.emplace_back(member.key.string(), keys.size());
  std::ranges::sort(keys);
  std::vector<bool> result(members.size());
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i - 1].first == keys[i].first) result[keys[i - 1].second] = true;
  }
  return result;
}

}  // namespace

JsonValue::Kind JsonValue::kind() const noexcept {
  switch (text_.front()) {
    case 'n':
      return Kind::null;
    case 't':
    case 'f':
      return Kind::boolean;
    case '"':
      return Kind::string;
    case '[':
      return Kind::array;
    case '{':
      return Kind::object;
    default:
      return Kind::number;
  }
}

bool JsonValue::is_string(std::string_view content) const {
  std::string room;
  return kind() == Kind::string && string(room) == content;
}

std::string JsonValue::string() const {
  std::string room;
  return std::string(string(room));
}

std::string_view JsonValue::string(std::string& room) const {
  if (!text_.contains('\\')) return text_.substr(1, text_.size() - 2);
  room = unescaped(text_);
  return room;
}

void JsonValue::for_each_element(const std::function<void(const JsonValue&)>& take) const {
  Cutter cutter(text_);
  for (auto text = cutter.next(); !text.empty(); text = cutter.next()) take(JsonValue(text));
}

std::vector<JsonMember> JsonValue::members(std::size_t at_most) const {
  constexpr std::size_t kUsual = 12;
  std::vector<JsonMember> result;
  result.reserve(kUsual);
  Cutter cutter(text_);
  for (auto key = cutter.next(); !key.empty() && result.size() < at_most; key = cutter.next()) {
    result.push_back({.key = JsonValue(key), .value = JsonValue(cutter.next())});
  }
  return result;
}

std::expected<JsonValue, FieldProblem> parse_json(std::string_view text, std::size_t max_depth) {
  text = text::without_byte_order_mark(text);
  if (auto flaw = find_json_flaw(text, max_depth)) return std::unexpected(std::move(*flaw));
  return JsonValue(without_blanks(text));
}

std::optional<JsonValue> find_member(const std::vector<JsonMember>& members, std::string_view key) {
  std::optional<JsonValue> result;
  for (const JsonMember& member : members) {
    if (member.key.is_string(key)) result = member.value;
  }
  return result;
}

std::string json_object(const std::vector<JsonMember>& members) {
  if (members.empty()) return {};
  const std::vector<bool> dropped = members.size() > 1 ? replaced(members) : std::vector<bool>(1);
  std::string result;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (dropped[i]) continue;
    result += result.empty() ? '{' : ',';
    result += members[i].key.text();
    result += ':';
    result += members[i].value.text();
  }
  result += '}';
  return result;
}

}  // namespace annals::input
