#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace annals::aws {

/// Reads a regular file of at most `max_bytes` bytes. Returns why it cannot be read instead, as in "does not
/// exist". Others, such as pipes, could hold the reader for ever.
std::expected<std::string, std::string> read_limited(const std::filesystem::path& path,
                                                     std::size_t max_bytes);

/// The largest file of profiles that is read. Real ones have some hundred bytes.
inline constexpr std::size_t kMaxProfileFile = std::size_t{1} << 20U;

/// The largest token that is read from a file; STS accepts 20,000 bytes.
inline constexpr std::size_t kMaxTokenFile = 20'000;

}  // namespace annals::aws
