#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "http/body.h"

namespace annals::http {

/// A request as a handler sees it: routed, authenticated and read within its limits.
struct Request {
  std::string method;
  std::string path;                                        // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in the order sent
  std::map<std::string, std::string, std::less<>> path_parameters;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // whole, unless the route takes it in parts
  std::shared_ptr<RequestBody> body_parts;  // where the route takes it in parts; decompressed
  std::string request_id;

  /// The first header of that (lower-case) name; null when absent.
  [[nodiscard]] const std::string* header(std::string_view name) const;
  /// Its value, or "" when it is absent. Of several that differ none counts: a proxy in front and this server
  /// might not mean the same one.
  [[nodiscard]] std::string agreed_header(std::string_view name) const;
};

enum class Status : std::uint16_t {  // NOLINT(performance-enum-size): statuses go up to 599
  ok = 200,
  created = 201,
  no_content = 204,
};

struct Response {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::shared_ptr<BodyParts> body_parts = {};        // in place of `body`
  std::optional<std::uint64_t> content_length = {};  // of `body_parts`, where it is known; chunked otherwise
};

/// A handler owns its request: the coroutine frame outlives the caller. What it throws becomes a problem
/// response.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// A response with a JSON body, already serialised.
Response json(Status status, std::string body);

/// 204.
Response no_content();

}  // namespace annals::http
