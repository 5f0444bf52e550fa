#include "api/upload_url.h"

#include <utility>

#include <boost/json.hpp>

namespace annals::api {

using boost::asio::awaitable;
using http::Request;
using http::Response;

void UploadUrlHandlers::add_to(http::Router& router) {
  router.add({.method = "GET",
              .path = "/api/files/upload-url",
              .access = http::Access::guarded,
              .handler = [this](Request request) { return upload_url(std::move(request)); },
              .guard = identity_.guard()});
}

awaitable<Response> UploadUrlHandlers::upload_url(Request request) {
  const auto tenant = co_await identity_.tenant_of(request);
  co_await files_.prepare(tenant->database);
  const auto file = FileId::random();
  const std::string url =
      files_.presign_upload(tenant->database, file, expires_, std::chrono::system_clock::now());
  const boost::json::object body{{"upload_url", url}, {"file_id", file.text()}};
  Response response = http::json(http::Status::ok, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

}  // namespace annals::api
