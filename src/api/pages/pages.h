#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/admission.h"
#include "api/pages/asset_folder.h"
#include "api/pages/viewer_script.h"
#include "http/message.h"
#include "http/pages/page.h"
#include "http/router.h"

namespace annals::api {

/// Answers `GET /openapi.json`, which describes all routes, `GET /docs`, which shows that to people,
/// `GET /console`, and `GET /viewer.js`, the history that other pages embed. None needs a key.
class Pages {
 public:
  using Answer = std::function<http::Response(const http::Request& request)>;

  /// `file_origin` is where the console gets attached files from, "https://host:port"; empty: from this
  /// service.
  explicit Pages(const std::string& file_origin);

  /// Adds the routes and makes the document of all routes that the router then has, so it comes last. This
  /// object must outlive the router. Throws std::invalid_argument if a route does not describe itself.
  /// `public_path` is what a proxy takes from the front of every path.
  void add_to(http::Router& router, const Admission& admission, const std::string& public_path);

 private:
  std::unique_ptr<const http::Page> document_;  // made by add_to()
  AssetFolder reference_;
  AssetFolder console_;
  ViewerScript viewer_;
};

}  // namespace annals::api
