#include "cli/version.h"

#include <annals_commit.h>  // generated
#include <fmt/format.h>

#include "config/format_stamp.h"

namespace annals::cli {
namespace {

#ifdef ANNALS_SANITIZED
constexpr const char* kBuild = " (sanitized build: engine.kind = remote only)";
#else
constexpr const char* kBuild = "";
#endif

}  // namespace

std::string version_text() {
  return fmt::format("annals {}{}\ncommit {}\nembedded engine {}\ndata format {}", ANNALS_VERSION, kBuild,
                     ANNALS_COMMIT, ANNALS_ENGINE_PACKAGE, config::kDataFormat);
}

}  // namespace annals::cli
