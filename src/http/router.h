#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace annals::http {

/// Who may call a route.
enum class Access : std::uint8_t {
  open,      // anybody: health
  platform,  // X-API-Key
  guarded,   // whoever the route's guard lets through
};

/// Refuses a request by throwing, before its body is read.
using Guard = std::function<boost::asio::awaitable<void>(const Request& request)>;

struct Route {
  std::string method;
  std::string path;  // "/api/tenants/{client_id}": a segment in braces is a parameter, which is never empty
  Access access = Access::platform;
  Handler handler;
  Guard guard = {};                  // for Access::guarded
  bool takes_body_in_parts = false;  // Request::body_parts in place of Request::body
  std::uint64_t max_body_bytes = 0;  // after decompression; 0: the server's limit
};

/// Finds the handler of a request. Built once, then read by all threads.
class Router {
 public:
  /// Routes are tried in the order in which they were added. Throws std::invalid_argument when the path does
  /// not begin with a slash, or when there is no guard where one is needed, or one where none is asked.
  void add(Route route);

  struct Match {
    const Route* route = nullptr;  // null: no route of that path takes that method
    std::map<std::string, std::string, std::less<>> path_parameters;
    std::vector<std::string> allowed_methods;  // of the path, when `route` is null
  };

  /// Nothing when no route has that path. Each segment was percent-decoded on its own, so that an encoded
  /// slash splits none.
  [[nodiscard]] std::optional<Match> find(std::string_view method,
                                          const std::vector<std::string>& segments) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> pattern;  // its path's segments
  };

  std::vector<Entry> entries_;
};

}  // namespace annals::http
