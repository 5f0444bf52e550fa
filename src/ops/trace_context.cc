#include "ops/trace_context.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <ranges>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "text/hex.h"

namespace annals::ops {
namespace {

constexpr std::uint8_t kSampled = 1;
constexpr std::uint8_t kRandom = 2;

/// The limits of tracestate. More members make it invalid. Of more characters than that the rest need not be
/// given on, and members of many characters go first.
constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxCharacters = 512;
constexpr std::size_t kManyCharacters = 128;
constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxValue = 256;

template <std::size_t size>
std::array<std::uint8_t, size> random_bytes() {
  std::array<std::uint8_t, size> bytes{};
  while (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; })) {
    // So few bytes are never returned in part (getrandom(2)).
    if (::getrandom(bytes.data(), bytes.size(), 0) < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
  }
  return bytes;
}

/// Reads lower-case digits. Upper-case ones are not valid in a traceparent.
template <std::size_t size>
bool read_lower_hex(std::string_view text, std::array<std::uint8_t, size>& bytes) {
  const bool has_upper = std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'F'; });
  return !has_upper && text::from_hex(text, bytes);
}

template <std::size_t size>
bool read_id(std::string_view text, std::array<std::uint8_t, size>& id) {
  return read_lower_hex(text, id) && id != std::array<std::uint8_t, size>{};
}

/// Reads `00-<32 digits>-<16 digits>-<2 digits>`. A later version may have more after a hyphen.
std::optional<TraceContext> parse_traceparent(std::string_view text) {
  constexpr std::size_t kSize = 55;
  constexpr std::array<std::size_t, 3> kHyphens{2, 35, 52};
  constexpr std::uint8_t kNoVersion = 0xFF;
  if (text.size() < kSize) return std::nullopt;
  if (!std::ranges::all_of(kHyphens, [text](std::size_t at) { return text[at] == '-'; })) return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext context;
  if (!read_lower_hex(text.substr(0, 2), version) || version[0] == kNoVersion) return std::nullopt;
  if (text.size() > kSize && (version[0] == 0 || text[kSize] != '-')) return std::nullopt;
  if (!read_id(text.substr(3, 32), context.trace_id)) return std::nullopt;
  if (!read_id(text.substr(36, 16), context.span_id)) return std::nullopt;
  if (!read_lower_hex(text.substr(53, 2), flags)) return std::nullopt;
  context.is_sampled = (flags[0] & kSampled) != 0;
  context.is_random = (flags[0] & kRandom) != 0;
  return context;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_key(std::string_view key) {
  static constexpr std::string_view kOthers = "_-*/@";
  return !key.empty() && key.size() <= kMaxKey && is_letter_or_digit(key.front()) &&
         std::ranges::all_of(
             key, [](char c) { return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos; });
}

bool is_value(std::string_view value) {
  const auto is_permitted = [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; };
  return !value.empty() && value.size() <= kMaxValue && value.back() != ' ' &&
         std::ranges::all_of(value, is_permitted);
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string joined(const std::vector<std::string_view>& members) {
  std::string text;
  for (const std::string_view member : members) {
    if (!text.empty()) text += ',';
    text += member;
  }
  return text;
}

/// Returns what is given on of the members: all of them if they are short enough together.
std::string shortened(std::vector<std::string_view> members) {
  std::string text = joined(members);
  if (text.size() <= kMaxCharacters) return text;
  std::erase_if(members, [](std::string_view member) { return member.size() > kManyCharacters; });
  while ((text = joined(members)).size() > kMaxCharacters) members.pop_back();
  return text;
}

/// Returns the key of a member, or "" if the member is invalid.
std::string_view key_of(std::string_view member) {
  const auto equals = member.find('=');
  if (equals == std::string_view::npos || !is_value(member.substr(equals + 1))) return {};
  const std::string_view key = member.substr(0, equals);
  return is_key(key) ? key : std::string_view();
}

/// Returns the list that the lines make together, or "" if it is invalid. Members may be empty; a key may
/// occur once.
std::string parse_tracestate(std::span<const std::string_view> lines) {
  std::vector<std::string_view> members;
  std::set<std::string_view> keys;
  for (const std::string_view line : lines) {
    for (const auto part : std::views::split(line, ',')) {
      const std::string_view member = without_blanks(std::string_view(part.begin(), part.end()));
      if (member.empty()) continue;
      const std::string_view key = key_of(member);
      if (key.empty() || !keys.insert(key).second) return {};
      members.push_back(member);
      if (members.size() > kMaxMembers) return {};
    }
  }
  return shortened(std::move(members));
}

}  // namespace

TraceId random_trace_id() {
  return random_bytes<std::tuple_size_v<TraceId>>();
}

SpanId random_span_id() {
  return random_bytes<std::tuple_size_v<SpanId>>();
}

std::optional<TraceContext> parse_trace_context(std::span<const std::string_view> traceparents,
                                                std::span<const std::string_view> tracestates) {
  if (traceparents.size() != 1) return std::nullopt;
  auto context = parse_traceparent(traceparents.front());
  if (context) context->state = parse_tracestate(tracestates);
  return context;
}

std::vector<std::pair<std::string, std::string>> trace_headers(const TraceContext& context) {
  const int flags = (context.is_sampled ? kSampled : 0) | (context.is_random ? kRandom : 0);
  std::vector<std::pair<std::string, std::string>> headers{
      {"traceparent",
       fmt::format("00-{}-{}-{:02x}", text::to_hex(context.trace_id), text::to_hex(context.span_id), flags)}};
  if (!context.state.empty()) headers.emplace_back("tracestate", context.state);
  return headers;
}

}  // namespace annals::ops
