#include "engine/embedded/definitions.h"

namespace annals::engine {

namespace fs = std::filesystem;

std::optional<fs::path> directory_in_store(const fs::path& directory, std::string_view definition) {
  constexpr std::string_view kUuid = "UUID '";
  constexpr std::size_t kUuidLength = 36;
  constexpr std::size_t kPrefixLength = 3;
  const auto at = definition.find(kUuid);
  if (at == std::string_view::npos) return std::nullopt;
  const auto uuid = definition.substr(at + kUuid.size(), kUuidLength);
  if (uuid.size() < kUuidLength) return std::nullopt;
  return directory / "store" / uuid.substr(0, kPrefixLength) / uuid;
}

}  // namespace annals::engine
