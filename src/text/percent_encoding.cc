#include "text/percent_encoding.h"

#include <boost/url/encode.hpp>
#include <boost/url/encoding_opts.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "text/hex.h"

namespace annals::text {
namespace {

/// Accepts the characters that stay as they are, in the form that Boost.URL requires.
struct Kept {
  std::string_view also;
  bool operator()(char c) const {
    return boost::urls::unreserved_chars(static_cast<unsigned char>(c)) || also.contains(c);
  }
};

/// Returns the byte of the escape that `text` begins with, or nullopt if it begins with none.
std::optional<char> escaped_byte(std::string_view text) {
  constexpr std::size_t kEscape = 3;
  if (text.size() < kEscape || text.front() != '%') return std::nullopt;
  const std::uint8_t high = hex_value(text[1]);
  const std::uint8_t low = hex_value(text[2]);
  if (high == kNoHexDigit || low == kNoHexDigit) return std::nullopt;
  return static_cast<char>(static_cast<unsigned char>(high << 4U | low));
}

}  // namespace

std::string percent_encode(std::string_view text, std::string_view keep) {
  return boost::urls::encode(text, Kept{keep});
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  const auto checked = boost::urls::make_pct_string_view(text);
  if (!checked) return std::nullopt;
  boost::urls::encoding_opts options;
  options.space_as_plus = plus == Plus::blank;
  return checked->decode(options);
}

std::string percent_decode_leniently(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    const auto escaped = escaped_byte(text);
    decoded += escaped.value_or(text.front() == '+' ? ' ' : text.front());
    text.remove_prefix(escaped ? 3 : 1);
  }
  return decoded;
}

}  // namespace annals::text
