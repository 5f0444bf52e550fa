#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "http/router.h"

namespace annals::http {

/// A document says this besides its routes.
struct DocumentHead {
  std::string_view title;
  std::string_view version;
  std::string_view description;  // Markdown
  std::string path;              // in front of all paths, without a slash at its end
};

/// Returns the OpenAPI 3.1 document of all routes, in their order. Throws std::invalid_argument, which names
/// the route, if one does not say all that the document needs: a name, a summary, a tag, its parameters in
/// the path, its answers, and what their bodies look like.
boost::json::object openapi_document(const Router& router, const DocumentHead& head);

}  // namespace annals::http
