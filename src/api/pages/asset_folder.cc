#include "api/pages/asset_folder.h"

#include <array>
#include <utility>

#include "assets/assets.h"
#include "error.h"

namespace annals::api {

AssetFolder::AssetFolder(std::string_view folder, std::string_view page, const http::Page::Headers& headers)
    : page_(page) {
  const std::string prefix = std::string(folder) + "/";
  for (const auto& [path, content] : assets::all()) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view name = path.substr(prefix.size());
    files_.emplace(name, http::Page(std::string(content), content_type_of(name), headers));
  }
}

http::Response AssetFolder::page(const http::Request& request) const {
  return files_.at(page_).answer(request);
}

http::Response AssetFolder::file(const http::Request& request) const {
  const auto found = files_.find(request.path_parameters.at("file"));
  if (found == files_.end()) throw Error(ErrorCode::file_not_found, "File not found.");
  return found->second.answer(request);
}

std::string content_type_of(std::string_view file) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes{
      {{".html", "text/html; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".svg", "image/svg+xml"}}};
  for (const auto& [extension, type] : kTypes) {
    if (file.ends_with(extension)) return std::string(type);
  }
  return "application/octet-stream";
}

}  // namespace annals::api
