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

struct Operation;

/// Holds what is found out about a request for its line in the log. Whoever handles the request writes it,
/// and the server reads it once there is an answer.
struct RequestNotes {
  std::string caller = {};  // the role of who it came from; empty: it was admitted to nothing
  std::string key = {};     // the name of that key, or its id if it has none; empty: there was none
  std::string tenant = {};  // the id of the tenant that it was for; empty: none
};

/// A request as a handler sees it: routed, authenticated and read within its limits.
struct Request {
  std::string method;
  std::string path;                                        // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in the order sent
  std::map<std::string, std::string, std::less<>> path_parameters;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // whole, unless the route takes it in parts
  std::shared_ptr<RequestBody> body_parts;                   // if the route takes it in parts; decompressed
  std::string request_id;
  std::string_view operation;           // the name of its route's operation; empty until it has a route
  const Operation* declared = nullptr;  // what its route says about itself; null until it has a route
  std::string client_address;           // the client's, also if a trusted proxy has passed the request on
  std::shared_ptr<RequestNotes> notes;  // null if nobody asks for them

  /// Returns the value of the first header of that name (in lower case), or null if it is absent.
  [[nodiscard]] const std::string* header(std::string_view name) const;
  /// Returns the value of that header, or "" if it is absent. If the header occurs several times and the
  /// values differ, returns "": a proxy in front and this server might not mean the same one.
  [[nodiscard]] std::string agreed_header(std::string_view name) const;
  /// Returns the value of a header that is a list, over all its lines (RFC 9110, section 5.3), or nullopt if
  /// it is absent.
  [[nodiscard]] std::optional<std::string> list_header(std::string_view name) const;
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
  std::optional<std::uint64_t> content_length = {};  // of `body_parts`, if known; chunked otherwise
  bool is_endless = false;  // `body_parts` last as long as the client and the server do
};

/// Answers a request. The handler owns it, because the coroutine frame outlives the caller. An exception
/// becomes a problem response.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// Returns a response whose body is `body`, which is JSON already.
Response json(Status status, std::string body);

/// Returns a 204 response.
Response no_content();

}  // namespace annals::http
