#include "api/pages/pages.h"

#include <array>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "api/described/pages.h"
#include "assets/assets.h"
#include "error.h"
#include "http/openapi/document.h"

namespace annals::api {
namespace {

using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;

constexpr std::string_view kFolder = "docs/";
constexpr std::string_view kPage = "page.html";

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

/// Says what a page of ours may do in a browser: use the files beside it, ask the service, and nothing else.
http::Page::Headers guards() {
  return {{"Content-Security-Policy",
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
           "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
          {"Referrer-Policy", "no-referrer"},
          {"X-Content-Type-Options", "nosniff"}};
}

std::string content_type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes{
      {{".html", "text/html; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".svg", "image/svg+xml"}}};
  for (const auto& [extension, type] : kTypes) {
    if (name.ends_with(extension)) return std::string(type);
  }
  return "application/octet-stream";
}

}  // namespace

Pages::Pages() {
  for (const auto& [path, content] : assets::all()) {
    if (!path.starts_with(kFolder)) continue;
    const std::string_view name = path.substr(kFolder.size());
    files_.emplace(name, http::Page(std::string(content), content_type_of(name), guards()));
  }
}

void Pages::add_to(http::Router& router, const Admission& admission, const std::string& public_path) {
  const auto add = [&](std::string path, http::Operation operation, Answer function) {
    auto admit = admission.with(Permission::anyone,
                                [this, function](const access::Caller& /*caller*/, Request request) {
                                  return answer(function, std::move(request));
                                });
    router.add({.method = "GET",
                .path = std::move(path),
                .operation = std::move(operation),
                .admit = std::move(admit)});
  };
  add("/openapi.json", described::get_openapi_document(), &Pages::document);
  add("/docs", described::show_reference(), &Pages::reference);
  add("/docs/{file}", described::get_reference_file(), &Pages::part);
  const auto document = http::openapi_document(
      router,
      {.title = "Annals", .version = ANNALS_VERSION, .description = kDescription, .path = public_path});
  document_ = std::make_unique<http::Page>(boost::json::serialize(document), "application/json",
                                           http::Page::Headers{{"X-Content-Type-Options", "nosniff"}});
}

awaitable<Response> Pages::answer(Answer answer, Request request) const {
  co_return (this->*answer)(request);
}

Response Pages::document(const Request& request) const {
  return document_->answer(request);
}

Response Pages::reference(const Request& request) const {
  return files_.at(std::string(kPage)).answer(request);
}

Response Pages::part(const Request& request) const {
  const auto found = files_.find(request.path_parameters.at("file"));
  if (found == files_.end()) throw Error(ErrorCode::file_not_found, "File not found.");
  return found->second.answer(request);
}

}  // namespace annals::api
