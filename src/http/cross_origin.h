#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/message.h"

namespace annals::http {

/// Lets web pages of other origins read answers: cross-origin resource sharing (CORS), as the Fetch standard
/// defines it. Callers name themselves in headers of their own, never by cookies, so a browser is never told
/// that it may send those. Thread-safe.
class CrossOrigin {
 public:
  /// Each origin is as browsers send it, `https://app.example.com`; `*` stands for all. Without any, no
  /// answer is changed.
  explicit CrossOrigin(std::vector<std::string> origins);

  /// Returns whether a request is a browser's question if a page may send another one, and comes from a page
  /// that may.
  [[nodiscard]] bool is_allowed_preflight(const Request& request) const;

  /// Answers such a question about a path that takes these methods.
  [[nodiscard]] static Response preflight(const Request& request, std::vector<std::string> methods);

  /// Adds the headers without which the browser would keep the answer from the page, unless the answer says
  /// itself who may read it. `origin` is that of the request, if it was read so far; empty if it has none.
  void add_headers(Response& response, const std::string& origin) const;

 private:
  [[nodiscard]] bool allows(const std::string& origin) const;

  std::vector<std::string> origins_;
  bool any_;
};

}  // namespace annals::http
