#include "envelopes/binary_attributes.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "text/percent_encoding.h"
#include "text/utf8.h"

namespace annals::envelopes {
namespace {

using input::Problems;

// Removes the quotes of a quoted string (RFC 9110, section 5.6.4), as which older senders write values.
std::string unquoted(std::string_view value) {
  if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"')) return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    result += value[i];
  }
  return result;
}

// Decodes a value. A value with a stray percent sign was not encoded, and stays as it was sent.
std::string decoded(std::string_view value) {
  const std::string text = unquoted(value);
  return text::percent_decode(text).value_or(text);
}

}  // namespace

std::string attributes_of(const std::vector<std::pair<std::string, std::string>>& headers,
                          Problems& problems) {
  boost::json::object attributes;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with(kAttributePrefix)) continue;
    const std::string text = decoded(value);
    if (text::is_utf8(text)) {
      attributes[name.substr(kAttributePrefix.size())] = text;
    } else {
      problems.push_back(input::at({"header", name}, input::not_a_string()));
    }
  }
  return boost::json::serialize(attributes);
}

}  // namespace annals::envelopes
