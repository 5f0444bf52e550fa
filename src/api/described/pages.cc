#include "api/described/pages.h"

#include <utility>

#include "api/described/common.h"

namespace annals::api::described {
namespace {

using http::Operation;
namespace schemas = http::schemas;

/// Returns what a file that never changes takes and answers.
Operation kept(Operation operation) {
  operation.tag = kService;
  operation.parameters.push_back(header_parameter("If-None-Match", "The ETag of an earlier answer."));
  operation.answers.front().headers = {header_parameter("ETag", "Names this content.")};
  operation.answers.insert(operation.answers.begin() + 1,
                           {.status = 304, .summary = "The earlier answer still holds.", .content_type = {}});
  return operation;
}

}  // namespace

Operation get_openapi_document() {
  return kept(
      {.name = "get_openapi_document",
       .summary = "Returns this document, which is made from the routes of the running service.",
       .answers = {
           {.status = 200, .summary = "A document of OpenAPI 3.1.", .schema = http::Schema("object")}}});
}

Operation show_reference() {
  return kept({.name = "show_reference",
               .summary = "Shows this document as a page for people.",
               .answers = {{.status = 200,
                            .summary = "The page. It needs nothing from elsewhere.",
                            .content_type = "text/html",
                            .schema = schemas::text()}}});
}

Operation get_reference_file() {
  return kept(
      {.name = "get_reference_file",
       .summary = "Returns a part of that page.",
       .parameters = {path_parameter("file", "The name of the part.", "page.css")},
       .answers = {{.status = 200, .summary = "The part.", .content_type = "*/*", .schema = schemas::text()},
                   error(404, "The page has no such part.", {"File not found."})}});
}

}  // namespace annals::api::described
