#pragma once

#include <string>

namespace annals::cli {

/// Returns what `annals --version` prints: the version, the commit that was built, the engine that the build
/// was made for, and the format of data.dir.
std::string version_text();

}  // namespace annals::cli
