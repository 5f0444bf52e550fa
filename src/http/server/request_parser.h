#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "error.h"
#include "http/message.h"

namespace annals::http {

/// Takes one HTTP/1.0 or 1.1 request out of a stream of bytes, in whatever pieces they arrive: first the
/// header, then, if the caller wants it, the body. It wraps Beast's parser and is stricter: no transfer
/// coding but `chunked`, no HTTP/1.1 request without exactly one valid Host, no field over several lines. It
/// throws what is wrong as an Error: bad_request, headers_too_large, body_too_large.
class RequestParser {
 public:
  explicit RequestParser(std::size_t max_header_bytes);
  ~RequestParser();

  /// Reads from the front of what was received and is not consumed yet. Returns the number of bytes that it
  /// has consumed.
  [[nodiscard]] std::size_t read_header(std::string_view received);
  [[nodiscard]] bool has_header() const;

  // The functions below may be called once has_header() is true.

  /// Returns the method and the headers; the caller fills in the rest. A trailer after a chunked body adds
  /// nothing to them.
  [[nodiscard]] Request head() const;
  [[nodiscard]] std::string_view target() const;
  [[nodiscard]] bool is_http_1_0() const;
  /// Returns whether the client waits for `100 Continue` before it sends the body.
  [[nodiscard]] bool expects_continue() const;

  /// Limits the body. Call it before read_body(). Throws at once if Content-Length exceeds `max_bytes`.
  void limit_body(std::uint64_t max_bytes);
  [[nodiscard]] std::size_t read_body(std::string_view received);
  /// Returns whether the request was read to its end.
  [[nodiscard]] bool done() const;
  /// Returns what was read of the body and is not taken yet.
  [[nodiscard]] std::string take_body();

  /// Returns whether the client allows another request on the connection after this one.
  [[nodiscard]] bool keep_alive() const;

 private:
  struct Beast;
  std::unique_ptr<Beast> beast_;
};

}  // namespace annals::http
