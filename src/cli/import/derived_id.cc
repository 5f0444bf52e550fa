#include "cli/import/derived_id.h"

#include <fmt/format.h>

#include "crypto/digest.h"
#include "ids/uuid.h"

namespace annals::cli {
namespace {

/// The name space of lines, a random UUID. It must never change: a repeated import would get other ids.
constexpr Uuid kLines = {
    {0x5e, 0x0c, 0x1f, 0x4b, 0x92, 0x3d, 0x4a, 0x67, 0x8b, 0x11, 0xd2, 0x7e, 0x6a, 0xf0, 0x93, 0xc5}};

constexpr std::uint8_t kVersion = 0x80;  // 8 in the upper half of octet 6
constexpr std::uint8_t kVariant = 0x80;  // binary 10 at the top of octet 8

}  // namespace

std::string derived_event_id(std::int64_t line, std::string_view text) {
  std::string name(kLines.begin(), kLines.end());
  name += fmt::format("{}\n", line);
  name += text;
  const auto digest = crypto::sha256(name);
  Uuid id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  id.data[6] = static_cast<std::uint8_t>((id.data[6] & 0x0FU) | kVersion);
  id.data[8] = static_cast<std::uint8_t>((id.data[8] & 0x3FU) | kVariant);
  return uuid_text(id);
}

std::string with_event_id(std::string_view object, std::string_view event_id) {
  const auto brace = object.find('{') + 1;
  return fmt::format("{}\"event_id\":\"{}\",{}", object.substr(0, brace), event_id, object.substr(brace));
}

}  // namespace annals::cli
