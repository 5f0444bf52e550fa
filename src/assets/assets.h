#pragma once

#include <span>
#include <string_view>

namespace annals::assets {

/// A file of web/, which the build has put into the binary.
struct Asset {
  std::string_view path;  // below web/: "docs/page.js"
  std::string_view content;
};

/// Returns all of them, by path.
std::span<const Asset> all();

}  // namespace annals::assets
