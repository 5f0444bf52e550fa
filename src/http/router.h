#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "http/message.h"
#include "http/operation.h"

namespace annals::http {

/// Decides who a request comes from, before its body is read, and says whom it admits.
class Admit {
 public:
  /// Returns the handler that serves this caller, or throws to refuse the request. `head` is the request
  /// without its body and is not needed once the coroutine has been created.
  using Function = std::function<boost::asio::awaitable<Handler>(const Request& head)>;

  Admit() = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, Admit> && std::constructible_from<Function, F>)
  Admit(F&& decide, Access access = {})  // NOLINT(google-explicit-constructor): any such function will do
      : decide_(std::forward<F>(decide)), access_(std::move(access)) {}

  boost::asio::awaitable<Handler> operator()(const Request& head) const { return decide_(head); }
  explicit operator bool() const { return static_cast<bool>(decide_); }
  [[nodiscard]] const Access& access() const { return access_; }

 private:
  Function decide_;
  Access access_;
};

/// A method and a path with everything that belongs to them.
struct Route {
  std::string method;
  std::string path;  // "/api/tenants/{client_id}": a segment in braces is a parameter, which is never empty
  Operation operation;
  Admit admit;
  bool takes_body_in_parts = false;     // Request::body_parts instead of Request::body
  bool keeps_content_encoding = false;  // the body is not decompressed
  std::uint64_t max_body_bytes = 0;     // after decompression; 0: the server's limit
  std::vector<std::pair<std::string, std::string>> headers = {};  // of every answer, refusals too
  bool is_vital = false;  // answered although the server has too many connections
};

/// Finds the route of a request. It is built once, then read by all threads.
class Router {
 public:
  /// Adds a route; routes are tried in the order in which they were added. Throws std::invalid_argument if
  /// the path does not begin with a slash, or if nothing decides who may call the route.
  void add(Route route);

  struct Match {
    const Route* route = nullptr;  // null: no route of that path takes that method
    std::map<std::string, std::string, std::less<>> path_parameters;
    std::vector<std::string> allowed_methods;  // of the path, if `route` is null
  };

  /// Returns nullopt if no route has that path. Each segment was percent-decoded on its own, so that an
  /// encoded slash does not split one.
  [[nodiscard]] std::optional<Match> find(std::string_view method,
                                          const std::vector<std::string>& segments) const;

  /// Returns all routes in the order in which they were added.
  [[nodiscard]] std::vector<const Route*> routes() const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> pattern;  // its path's segments
  };

  std::vector<Entry> entries_;
};

}  // namespace annals::http
