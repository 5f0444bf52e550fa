// Properties: parse_json() takes a text if and only if a straight recogniser of RFC 8259 does, at the same
// depth; the values that are cut out of it are those of Boost.JSON's tree; and json_object() writes the same
// object again.
#include <cmath>
#include <map>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "fuzz/fuzzing.h"
#include "input/json_value.h"
#include "text/utf8.h"

namespace annals::input {
namespace {

using fuzzing::require;
using fuzzing::require_same;
using Kind = JsonValue::Kind;

// Recognises JSON by its grammar (RFC 8259), rule by rule.
class Grammar {
 public:
  Grammar(std::string_view text, std::size_t max_depth) : rest_(text), max_depth_(max_depth) {}

  bool is_text() {
    skip_blanks();
    const bool is_value = value(0);
    skip_blanks();
    return is_value && rest_.empty();
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool take_one_of(std::string_view characters) {
    if (rest_.empty() || !characters.contains(rest_.front())) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_blanks() {
    while (take_one_of(" \t\r\n")) {
    }
  }

  bool digits() {
    if (!take_one_of("0123456789")) return false;
    while (take_one_of("0123456789")) {
    }
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take_one_of("eE")) return true;
    take_one_of("+-");
    return digits();
  }

  bool escape() {
    if (!take('u')) return take_one_of("\"\\/bfnrt");
    for (int i = 0; i < 4; ++i) {
      if (!take_one_of("0123456789abcdefABCDEF")) return false;
    }
    return true;
  }

  bool string() {
    if (!take('"')) return false;
    while (!take('"')) {
      if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < ' ') return false;
      if (take('\\')) {
        if (!escape()) return false;
      } else {
        rest_.remove_prefix(1);
      }
    }
    return true;
  }

  // NOLINTBEGIN(misc-no-recursion): as deep as the grammar, and no deeper than max_depth_
  bool member(std::size_t depth) {
    skip_blanks();
    if (!string()) return false;
    skip_blanks();
    return take(':') && element(depth);
  }

  bool element(std::size_t depth) {
    skip_blanks();
    if (!value(depth)) return false;
    skip_blanks();
    return true;
  }

  bool nested(char end, bool is_object, std::size_t depth) {
    if (depth > max_depth_) return false;
    skip_blanks();
    if (take(end)) return true;
    do {
      if (!(is_object ? member(depth) : element(depth))) return false;
    } while (take(','));
    return take(end);
  }

  bool value(std::size_t depth) {
    if (take('[')) return nested(']', false, depth + 1);
    if (take('{')) return nested('}', true, depth + 1);
    if (rest_.starts_with('"')) return string();
    return take("null") || take("true") || take("false") || number();
  }
  // NOLINTEND(misc-no-recursion)

  std::string_view rest_;
  const std::size_t max_depth_;
};

bool is_json(std::string_view text, std::size_t max_depth) {
  text = text::without_byte_order_mark(text);
  return text::is_utf8(text) && Grammar(text, max_depth).is_text();
}

Kind kind_of(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return Kind::null;
    case boost::json::kind::bool_:
      return Kind::boolean;
    case boost::json::kind::string:
      return Kind::string;
    case boost::json::kind::array:
      return Kind::array;
    case boost::json::kind::object:
      return Kind::object;
    default:
      return Kind::number;
  }
}

// Boost.JSON 1.81 rounds the last digit of a number by what stands around it.
bool are_close(const boost::json::value& one, const boost::json::value& other) {
  constexpr double kDigits = 1e-14;
  if (!one.is_double() || !other.is_double()) return false;
  return std::abs(one.get_double() - other.get_double()) <= kDigits * std::abs(other.get_double());
}

// Requires the same value of a kind that has no parts.
void check_value(const boost::json::value& cut, const boost::json::value& expected) {
  if (are_close(cut, expected)) return;
  // As text: to Boost.JSON 1.81 `0e400` is no number, and differs from itself.
  require_same(serialize(cut), serialize(expected), "the value");
}

// NOLINTBEGIN(misc-no-recursion): as deep as the document, whose depth is limited
void compare(const JsonValue& value, const boost::json::value& expected);

void compare_array(const JsonValue& value, const boost::json::array& expected) {
  std::size_t count = 0;
  value.for_each_element([&](const JsonValue& element) {
    require(count < expected.size(), "no more elements than the array has");
    compare(element, expected[count++]);
  });
  require(count == expected.size(), "all elements of the array");
}

// Requires that json_object() has written each key once, with the value that counts, byte for byte.
void check_written(const std::string& text, const std::map<std::string, const JsonValue*>& last) {
  require(text.empty() == last.empty(), "no text of an object without members, and of no other");
  if (text.empty()) return;
  const auto object = parse_json(text, text.size());
  require(object && object->kind() == Kind::object, "an object");
  const auto members = object->members();
  require(members.size() == last.size(), "each key once");
  for (const auto& [key, value] : members) {
    const auto found = last.find(key.string());
    require(found != last.end(), "only keys of the object");
    require_same(value.text(), found->second->text(), "the value that counts");
  }
}

void compare_object(const JsonValue& value, const boost::json::object& expected) {
  const auto members = value.members();
  std::map<std::string, const JsonValue*> last;
  for (const JsonMember& member : members) last[member.key.string()] = &member.value;
  require(last.size() == expected.size(), "all keys of the object");
  for (const auto& [key, cut] : last) {
    const auto* found = expected.if_contains(key);
    require(found != nullptr, "only keys of the object");
    compare(*cut, *found);
  }
  check_written(json_object(members), last);
}

void compare(const JsonValue& value, const boost::json::value& expected) {
  require(value.kind() == kind_of(expected), "the kind that Boost.JSON finds");
  switch (value.kind()) {
    case Kind::string:
      require_same(value.string(), expected.get_string(), "the content of a string");
      break;
    case Kind::array:
      compare_array(value, expected.get_array());
      break;
    case Kind::object:
      compare_object(value, expected.get_object());
      break;
    default:
      check_value(boost::json::parse(value.text()), expected);
  }
}

// Walks through all that can be cut, also where Boost.JSON has no tree: lone surrogates, exponents without
// end.
void walk(const JsonValue& value) {
  require(is_json(value.text(), value.text().size()), "a cut value that is JSON by itself");
  if (value.kind() == Kind::string) require(value.is_string(value.string()), "a string to have its content");
  if (value.kind() == Kind::array) value.for_each_element(walk);
  if (value.kind() != Kind::object) return;
  for (const JsonMember& member : value.members()) walk(member.value);
}
// NOLINTEND(misc-no-recursion)

void check(std::string_view text, std::size_t max_depth) {
  const auto value = parse_json(text, max_depth);
  require(value.has_value() == is_json(text, max_depth),
          value ? "a text that is not JSON to be refused" : "JSON to be taken");
  if (!value) {
    require(value.error().type == "value_error.jsondecode", "the problem of a text that is not JSON");
    return;
  }
  walk(*value);
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::system::error_code error;
  const auto tree = boost::json::parse(text::without_byte_order_mark(text), error, {}, options);
  if (!error) compare(*value, tree);
}

}  // namespace
}  // namespace annals::input

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto max_depth = input.ConsumeIntegralInRange<std::size_t>(1, 24);
  annals::input::check(input.ConsumeRemainingBytesAsString(), max_depth);
  return 0;
}
