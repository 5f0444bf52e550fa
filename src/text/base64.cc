#include "text/base64.h"

#include <algorithm>

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/binary_from_base64.hpp>
#include <boost/archive/iterators/transform_width.hpp>

namespace annals::text {
namespace {

namespace iterators = boost::archive::iterators;
using Encoding =
    iterators::base64_from_binary<iterators::transform_width<std::string_view::const_iterator, 6, 8>>;
using Decoding =
    iterators::transform_width<iterators::binary_from_base64<std::string_view::const_iterator>, 8, 6>;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kGroup = 4;  // characters for three bytes

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text(Encoding(bytes.begin()), Encoding(bytes.end()));
  text.append((kGroup - text.size() % kGroup) % kGroup, '=');
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % kGroup != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  // Boost's iterators expect the alphabet only, and whole groups: an `A` stands for the six zero bits that
  // the padding left out.
  if (text.find_first_not_of(kAlphabet) != std::string_view::npos) return std::nullopt;
  std::string whole(text);
  whole.append(padding, 'A');
  const std::string_view padded = whole;
  std::string bytes(Decoding(padded.begin()), Decoding(padded.end()));
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string base64url_encode(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  text.resize(text.size() - static_cast<std::size_t>(std::ranges::count(text, '=')));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((kGroup - padded.size() % kGroup) % kGroup, '=');
  auto bytes = base64_decode(padded);
  // Besides the other alphabet and padding, the last character may have bits that no byte holds.
  if (!bytes || base64url_encode(*bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace annals::text
