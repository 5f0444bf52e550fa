#include "aws/limited_file.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace annals::aws {

std::expected<std::string, std::string> read_limited(const std::filesystem::path& path,
                                                     std::size_t max_bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return std::unexpected("does not exist");
  if (error) return std::unexpected(fmt::format("cannot be read: {}", error.message()));
  if (!std::filesystem::is_regular_file(status)) return std::unexpected("is not a regular file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string content(max_bytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad() || !(file.eof() || file)) {
    return std::unexpected(fmt::format("cannot be read: {}", std::generic_category().message(errno)));
  }
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > max_bytes) return std::unexpected(fmt::format("is larger than {} bytes", max_bytes));
  return content;
}

}  // namespace annals::aws
