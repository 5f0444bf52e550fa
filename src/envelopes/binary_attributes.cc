#include "envelopes/binary_attributes.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "text/percent_encoding.h"
#include "text/utf8.h"

namespace annals::envelopes {
namespace {

using input::Problems;

constexpr std::string_view kContentType = "content-type";

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
  const auto add = [&](const std::string& header, std::string_view attribute, const std::string& text) {
    if (!text::is_utf8(text)) {
      problems.push_back(input::at({"header", header}, input::not_a_string()));
    } else if (!attributes.emplace(attribute, text).second) {
      problems.push_back(input::at({"header", header}, input::repeated_field()));
    }
  };
  for (const auto& [name, value] : headers) {
    if (name == kContentType) {
      if (!value.empty()) add(name, "datacontenttype", value);
    } else if (name.starts_with(kAttributePrefix)) {
      add(name, std::string_view(name).substr(kAttributePrefix.size()), decoded(value));
    }
  }
  return boost::json::serialize(attributes);
}

}  // namespace annals::envelopes
