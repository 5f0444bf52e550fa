#include "config/rules.h"

#include <array>
#include <span>

namespace annals::config {
namespace {

constexpr std::array<std::string_view, 4> kRemoteOnly = {"engine.endpoints", "engine.user", "engine.password",
                                                         "engine.ca_file"};
constexpr std::array<std::string_view, 4> kS3Only = {"files.s3_endpoint", "files.s3_bucket",
                                                     "files.s3_region", "files.s3_path_style"};

void require(std::string_view key, const std::string& complaint, const GivenKeys& given,
             std::vector<ConfigMistake>& mistakes) {
  if (!given.has(key)) mistakes.push_back({given.written(key), complaint});
}

void exclude(std::span<const std::string_view> keys, const std::string& complaint, const GivenKeys& given,
             std::vector<ConfigMistake>& mistakes) {
  for (const auto key : keys) {
    if (given.has(key)) mistakes.push_back({given.written(key), complaint});
  }
}

}  // namespace

void GivenKeys::add(std::string_view key, std::string written, bool blank) {
  if (blank) {
    written_.erase(std::string(key));
  } else {
    written_.insert_or_assign(std::string(key), std::move(written));
  }
}

std::string GivenKeys::written(std::string_view key) const {
  const auto found = written_.find(key);
  return found == written_.end() ? std::string(key) : found->second;
}

std::vector<ConfigMistake> contradictions(const Config& config, const GivenKeys& given) {
  std::vector<ConfigMistake> mistakes;
  // An invalid kind does not tell which settings belong to it.
  if (!given.wrong("engine.kind")) {
    if (config.engine.kind == EngineKind::remote) {
      require("engine.endpoints", "is required with engine.kind = remote", given, mistakes);
    } else {
      exclude(kRemoteOnly, "is allowed only with engine.kind = remote; remove it or change the kind", given,
              mistakes);
    }
  }
  if (!given.wrong("files.kind")) {
    if (config.files.kind == FilesKind::s3) {
      require("files.s3_bucket", "is required with files.kind = s3", given, mistakes);
    } else {
      exclude(kS3Only, "is allowed only with files.kind = s3; remove it or change the kind", given, mistakes);
    }
  }
  return mistakes;
}

}  // namespace annals::config
