#include "api/pages/viewer_script.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "api/pages/asset_folder.h"
#include "assets/assets.h"
#include "error.h"

namespace annals::api {
namespace {

constexpr std::string_view kPath = "viewer/viewer.js";
// Pages take an update over within minutes, and do not ask at each view.
constexpr const char* kShort = "public, max-age=300";
constexpr const char* kForever = "public, max-age=31536000, immutable";

std::string content() {
  const auto all = assets::all();
  const auto found = std::ranges::find(all, kPath, &assets::Asset::path);
  if (found == all.end()) throw std::logic_error("the build has no script of the embedded history");
  return std::string(found->content);
}

}  // namespace

ViewerScript::ViewerScript()
    : latest_(content(), content_type_of(kPath), {}, kShort),
      of_version_(content(), content_type_of(kPath), {}, kForever),
      file_(of_version_.digest() + ".js") {}

http::Page::Headers ViewerScript::headers() {
  return {{"Access-Control-Allow-Origin", "*"}, {"Cross-Origin-Resource-Policy", "cross-origin"}};
}

// The path is relative to this one, so that it leads through whatever proxy the request came through.
http::Response ViewerScript::latest(const http::Request& request) const {
  auto response = latest_.answer(request);
  response.headers.emplace_back("Content-Location", "viewer/" + file_);
  return response;
}

http::Response ViewerScript::of_version(const http::Request& request) const {
  if (request.path_parameters.at("file") != file_) throw Error(ErrorCode::file_not_found, "File not found.");
  return of_version_.answer(request);
}

}  // namespace annals::api
