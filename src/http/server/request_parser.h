#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "error.h"
#include "http/message.h"

namespace annals::http {

/// Takes one HTTP/1.0 or 1.1 request out of a stream of bytes, in whatever pieces they come: first the
/// header, then, if the caller wants it, the body. Over Beast's parser, which is stricter here: no transfer
/// coding but `chunked`, no HTTP/1.1 request without exactly one Host. What is wrong is thrown as an Error:
/// bad_request, headers_too_large, body_too_large.
class RequestParser {
 public:
  explicit RequestParser(std::size_t max_header_bytes);
  ~RequestParser();

  /// Reads from the front of what was received and not consumed yet; returns how much of it is consumed now.
  [[nodiscard]] std::size_t read_header(std::string_view received);
  [[nodiscard]] bool has_header() const;

  // After the header:

  /// Method and headers; the rest is the caller's to fill in. A trailer behind a chunked body adds nothing to
  /// it.
  [[nodiscard]] Request head() const;
  [[nodiscard]] std::string_view target() const;
  [[nodiscard]] bool is_http_1_0() const;
  /// Whether the client waits for `100 Continue` before it sends the body.
  [[nodiscard]] bool expects_continue() const;

  /// To be called before read_body(); throws at once when Content-Length says more than `max_bytes`.
  void limit_body(std::uint64_t max_bytes);
  [[nodiscard]] std::size_t read_body(std::string_view received);
  /// Whether the request was read to its end.
  [[nodiscard]] bool done() const;
  /// What was read of the body and not taken yet.
  [[nodiscard]] std::string take_body();

  /// Whether the client lets the connection go on after this request.
  [[nodiscard]] bool keep_alive() const;

 private:
  struct Beast;
  std::unique_ptr<Beast> beast_;
};

}  // namespace annals::http
