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

http::Answer script() {
  return {.status = 200,
          .summary = "A module of JavaScript.",
          .content_type = "text/javascript",
          .schema = schemas::text()};
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

Operation show_console() {
  return kept(
      {.name = "show_console",
       .summary = "Shows the console, in which people look at histories and manage tenants.",
       .details = "The page holds no data: it asks its reader for a key and the API for the rest.",
       .answers = {
           {.status = 200, .summary = "The page.", .content_type = "text/html", .schema = schemas::text()}}});
}

Operation get_console_file() {
  return kept(
      {.name = "get_console_file",
       .summary = "Returns a part of the console.",
       .parameters = {path_parameter("file", "The name of the part.", "console.js")},
       .answers = {{.status = 200, .summary = "The part.", .content_type = "*/*", .schema = schemas::text()},
                   error(404, "The console has no such part.", {"File not found."})}});
}

Operation get_viewer() {
  Operation operation =
      kept({.name = "get_viewer",
            .summary = "Returns the script of the history that other pages embed.",
            .details = "Pages of every origin may load it. `Content-Location` names the same content under a "
                       "path of its own, which never changes: a page that states its `integrity` loads that.",
            .answers = {script()}});
  operation.answers.front().headers.push_back(
      header_parameter("Content-Location", "The path of this content, beside this one."));
  return operation;
}

/// `file` is the name that it has in this service.
Operation get_viewer_of_version(std::string_view file) {
  return kept({.name = "get_viewer_of_version",
               .summary = "Returns the script of the embedded history, if its content is still that one.",
               .parameters = {path_parameter("file", "The name that `Content-Location` has told.", file)},
               .answers = {script(), error(404, "The script has changed since.", {"File not found."})}});
}

}  // namespace annals::api::described
