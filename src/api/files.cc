#include "api/files.h"

#include <utility>

#include <boost/json.hpp>

namespace annals::api {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;

void Files::add_to(http::Router& router, const Admission& admission) {
  router.add(
      {.method = "GET",
       .path = "/api/files/upload-url",
       .operation = {.name = "get_upload_url",
                     .summary = "Returns a URL to which a file can be uploaded, and the file's id.",
                     .answers = {{.status = 200, .summary = "The URL and the id."}}},
       .admit = admission.with(Permission::attach_files, [this](Caller caller, const Request& /*request*/) {
         return upload_url(std::move(caller));
       })});
}

awaitable<Response> Files::upload_url(Caller caller) {
  co_await files_.prepare(caller.tenant->database);
  const auto file = FileId::random();
  const std::string url =
      files_.presign_upload(caller.tenant->database, file, url_time_, std::chrono::system_clock::now());
  const boost::json::object body{{"upload_url", url}, {"file_id", file.text()}};
  Response response = http::json(http::Status::ok, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

}  // namespace annals::api
