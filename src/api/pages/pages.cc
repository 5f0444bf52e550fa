#include "api/pages/pages.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "api/described/pages.h"
#include "http/openapi/document.h"

namespace annals::api {
namespace {

using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;

constexpr std::string_view kDescription =
    "Keeps, for every client of a platform, the history of what happened, and gives it back.\n\n"
    "Every answer carries `X-Request-Id`: the one that was sent, if it is 1 to 128 characters of "
    "`[A-Za-z0-9._-]`, else a random one. `HEAD` is answered where `GET` is. Answers are not to be stored, "
    "unless "
    "they have an `ETag`. Bodies may be sent with `Content-Encoding: gzip` or `zstd`.\n\n"
    "An error is `{\"detail\": \"…\"}`; for invalid input (422) `detail` lists every field that is wrong. "
    "After a "
    "429 or a 503 retry when `Retry-After` says so; an event that is sent again with its `event_id` is "
    "stored once.";

/// Returns the headers of a page of ours. In a browser it may use the files beside it, ask the service, and
/// nothing else, unless `images` and `connections` add sources to these, and `more` further directives.
http::Page::Headers guards(std::string_view images = "", std::string_view connections = "",
                           std::string_view more = "") {
  return {{"Content-Security-Policy",
           fmt::format("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{}; "
                       "connect-src 'self'{}; {}base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                       images, connections, more)},
          {"Referrer-Policy", "no-referrer"}};
}

/// Lets the console fetch attached files and show them, which it then has in memory.
http::Page::Headers guards_of_console(const std::string& file_origin) {
  const std::string origin = file_origin.empty() ? "" : " " + file_origin;
  return guards(" blob:" + origin, origin, "frame-src blob:; ");
}

awaitable<Response> answered(Pages::Answer answer, Request request) {
  co_return answer(request);
}

}  // namespace

Pages::Pages(const std::string& file_origin)
    : reference_("docs", "page.html", guards()),
      console_("console", "index.html", guards_of_console(file_origin)) {}

void Pages::add_to(http::Router& router, const Admission& admission, const std::string& public_path) {
  const auto add = [&](std::string path, http::Operation operation, Answer answer,
                       http::Page::Headers headers = {}) {
    auto admit = admission.with(
        Permission::anyone, [answer = std::move(answer)](const access::Caller& /*caller*/, Request request) {
          return answered(answer, std::move(request));
        });
    router.add({.method = "GET",
                .path = std::move(path),
                .operation = std::move(operation),
                .admit = std::move(admit),
                .headers = std::move(headers)});
  };
  add("/openapi.json", described::get_openapi_document(),
      [this](const Request& request) { return document_->answer(request); });
  add("/docs", described::show_reference(),
      [this](const Request& request) { return reference_.page(request); });
  add("/docs/{file}", described::get_reference_file(),
      [this](const Request& request) { return reference_.file(request); });
  add("/console", described::show_console(),
      [this](const Request& request) { return console_.page(request); });
  add("/console/{file}", described::get_console_file(),
      [this](const Request& request) { return console_.file(request); });
  add(
      "/viewer.js", described::get_viewer(),
      [this](const Request& request) { return viewer_.latest(request); }, ViewerScript::headers());
  add(
      "/viewer/{file}", described::get_viewer_of_version(viewer_.file()),
      [this](const Request& request) { return viewer_.of_version(request); }, ViewerScript::headers());
  const auto document = http::openapi_document(
      router,
      {.title = "Annals", .version = ANNALS_VERSION, .description = kDescription, .path = public_path});
  document_ = std::make_unique<http::Page>(boost::json::serialize(document), "application/json");
}

}  // namespace annals::api
