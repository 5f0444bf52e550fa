// Properties: what is percent-encoded has no other characters than it may, and is decoded to what it was;
// what is decoded is what a straight reading of RFC 3986 gives, strictly and leniently; base64, hex and UTF-8
// are the same after a round trip; and a URL that is read is one that Boost.URL reads, and the same when it
// is read again.
#include <array>
#include <optional>
#include <string>

#include <boost/url/parse.hpp>

#include "fuzz/fuzzing.h"
#include "text/base64.h"
#include "text/hex.h"
#include "text/percent_encoding.h"
#include "text/url.h"
#include "text/utf8.h"

namespace annals::text {
namespace {

using fuzzing::require;
using fuzzing::require_same;

constexpr std::array<std::string_view, 3> kKept{"", "/", "/:@!$"};

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Reads RFC 3986, section 2.1. Returns nullopt at a `%` that begins no escape, unless it may stay.
std::optional<std::string> decode(std::string_view text, bool plus_is_blank, bool leniently) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : std::nullopt;
    const auto low = high ? digit(text[i + 2]) : std::nullopt;
    if (low) {
      result += static_cast<char>(*high * 16 + *low);
      i += 2;
    } else if (text[i] == '%' && !leniently) {
      return std::nullopt;
    } else {
      result += text[i] == '+' && plus_is_blank ? ' ' : text[i];
    }
  }
  return result;
}

void check_escapes(const std::string& text, std::string_view kept) {
  const std::string encoded = percent_encode(text, kept);
  require(std::ranges::all_of(encoded,
                              [&](char c) {
                                return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                       std::string_view("-._~%").contains(c) || kept.contains(c);
                              }),
          "no other characters than those that may stay");
  require(percent_decode(encoded) == text, "what was encoded");
  require_same(percent_decode_leniently(encoded), text, "what was encoded");
  require(percent_decode(text) == decode(text, false, false), "what RFC 3986 gives");
  require(percent_decode(text, Plus::blank) == decode(text, true, false), "what RFC 3986 gives, with blanks");
  require_same(percent_decode_leniently(text), *decode(text, true, true), "what is decoded leniently");
}

void check_base64(const std::string& text) {
  require(base64_decode(base64_encode(text)) == text, "base64 of a text to be decoded to it");
  require(base64url_decode(base64url_encode(text)) == text, "base64url of a text to be decoded to it");
  if (const auto bytes = base64url_decode(text))
    require_same(base64url_encode(*bytes), text, "the one text of the bytes");
  if (const auto bytes = base64_decode(text))
    require(base64_decode(base64_encode(*bytes)) == bytes, "the same bytes");
}

void check_utf8(const std::string& text) {
  const std::string repaired = replace_invalid_utf8(text);
  require(is_utf8(repaired), "UTF-8 after the repair");
  require(is_utf8(text) == (repaired == text), "UTF-8 to be left as it is");
  std::string again;
  std::size_t count = 0;
  for (std::string_view rest = repaired; !rest.empty(); ++count) {
    const std::size_t size = utf8_sequence(rest);
    append_utf8(again, code_point(rest.substr(0, size)));
    rest.remove_prefix(size);
  }
  require_same(again, repaired, "the code points of the text");
  require(count == code_points(repaired), "as many code points as there are");
}

void check_url(const std::string& text) {
  const auto url = parse_url(text);
  if (!url) return;
  require(boost::urls::parse_uri(text).has_value(), "a URL that Boost.URL reads too");
  const auto again = parse_url(std::string_view(url->buffer()));
  require(again.has_value(), "a URL to be one when it is read again");
  require_same(std::string_view(again->buffer()), std::string_view(url->buffer()), "the URL");
  require(again->encoded_host() == url->encoded_host() && again->port() == url->port() &&
              again->encoded_path() == url->encoded_path(),
          "the same parts");
}

void check(const std::string& text, std::string_view kept) {
  check_escapes(text, kept);
  check_base64(text);
  check_utf8(text);
  check_url(text);
  (void)parse_authority(text);
}

}  // namespace
}  // namespace annals::text

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto kept = input.PickValueInArray(annals::text::kKept);
  annals::text::check(input.ConsumeRemainingBytesAsString(), kept);
  return 0;
}
