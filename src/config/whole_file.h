#pragma once

#include <filesystem>
#include <string>

namespace annals::config {

/// Makes a file for its owner only, which a crash leaves either complete or not at all. Returns false, and
/// changes nothing, if there is a file of that name: of several processes that make it at once one does.
/// Throws std::runtime_error, for the operator to read.
bool make_whole(const std::filesystem::path& path, const std::string& content);

}  // namespace annals::config
