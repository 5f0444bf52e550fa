// Properties: any file is a configuration, or a list of its mistakes, and nothing else is thrown; what is
// taken is within its bounds; and whatever a file holds besides, a mistake never shows what stands behind
// `password` or `api_keys`.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "config/config.h"
#include "fuzz/fuzzing.h"

namespace annals::config {
namespace {

using fuzzing::require;

constexpr std::string_view kSecret = "correct-horse-battery-staple";
constexpr std::array<std::string_view, 5> kSecretLines{"", "password = \"", "api_keys = [\"",
                                                       "password=", "headers = \""};

// A file in memory, which is loaded by its path.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("annals.toml", MFD_CLOEXEC)) {
    require(descriptor_ >= 0, "a file in memory");
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

  void write(std::string_view text) const {
    require(::ftruncate(descriptor_, 0) == 0, "an empty file");
    const auto size = ::pwrite(descriptor_, text.data(), text.size(), 0);
    require(size == static_cast<ssize_t>(text.size()), "a file that takes the text");
  }

 private:
  int descriptor_;
};

// Returns what is wrong with the text, or nullopt.
std::optional<std::string> mistakes_in(std::string_view text) {
  static const MemoryFile file;
  file.write(text);
  try {
    const auto nothing = [](std::string_view) { return std::optional<std::string>(); };
    const Config config = load(file.path(), nothing, {});
    require(!config.server.public_url.ends_with('/'), "a public URL without a slash at its end");
    require(!config.server.address.empty() && !config.server.address.contains('['),
            "an address without brackets");
    require(config.log.requests >= 0 && config.log.requests <= 1, "a share of requests");
    require(config.auth.api_keys_file.empty(), "no keys out of a file that is none");
    return std::nullopt;
  } catch (const InvalidConfig& error) {
    require(!error.mistakes().empty(), "a mistake of a file that is refused");
    return error.what();
  }
}

bool is_toml(std::string_view text) {
  try {
    (void)toml::parse(text);
    return true;
  } catch (const toml::parse_error&) {
    return false;
  }
}

void check(const std::string& before, std::string_view line, const std::string& after) {
  if (line.empty()) {
    (void)mistakes_in(before + after);
    return;
  }
  // Elsewhere the fuzzer may write it too, such as in the name of a setting, which a mistake shows.
  if (before.contains(kSecret) || after.contains(kSecret)) return;
  // Behind lines that are TOML by themselves, the next begins a statement.
  if (!is_toml(before)) return;
  const auto mistakes = mistakes_in(fmt::format("{}\n{}{}{}", before, line, kSecret, after));
  require(!mistakes || !mistakes->contains(kSecret), "no secret in a message");
}

}  // namespace
}  // namespace annals::config

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLongestEnd = 60;
  FuzzedDataProvider input(data, size);
  const auto line = input.PickValueInArray(annals::config::kSecretLines);
  const auto end = input.ConsumeIntegralInRange<std::size_t>(0, kLongestEnd);
  const std::string before =
      input.ConsumeBytesAsString(input.remaining_bytes() - std::min(end, input.remaining_bytes()));
  annals::config::check(before, line, input.ConsumeRemainingBytesAsString());
  return 0;
}
