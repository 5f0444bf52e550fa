#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::io {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute; already percent-encoded, sent as it is
  HttpHeaders headers = {};
  std::string_view body = {};  // must live until send() returns
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{30'000};  // of the whole exchange
  // How long the server may send nothing, not even a header, before the body begins; 0: as long as `timeout`.
  std::chrono::milliseconds max_silence{0};
  // How long the body may pause once it has begun; 0: as long as `timeout`. Waits of a sink count.
  std::chrono::seconds max_pause{0};
  std::stop_token stop =
      {};  // a request to stop ends the exchange with an HttpFailure, within a second or so
  bool at_most_once = false;  // never sent again by send() itself
  bool decompress = true;     // false: the body is what is on the wire, whatever its content-encoding
  // A header that every answer of the wanted server has, in lower case, and that of a proxy in its place has
  // not; empty: there is none. Without it a body is collected and passed to no sink.
  std::string_view server_header = {};
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  // names in lower case; content-encoding and content-length still describe what was on
                        // the wire
  std::string body;     // decompressed

  /// Returns the value of the first header of that name (in lower case), or "" if it is absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Says that an exchange brought no complete response.
class HttpFailure : public std::runtime_error {
 public:
  HttpFailure(const std::string& message, bool request_sent)
      : std::runtime_error(message), request_sent_(request_sent) {}
  /// Returns false if the server cannot have seen the request, because the connection was never made. True
  /// means that the outcome of the request is unknown.
  [[nodiscard]] bool request_sent() const noexcept { return request_sent_; }

 private:
  bool request_sent_;
};

/// Wraps libcurl as a blocking HTTP/1.1 client that keeps its connections alive and verifies TLS
/// certificates. A request whose kept connection turns out to be closed is sent again on a new one, unless it
/// is `at_most_once`: that exchange fails. Proxy variables of the environment are ignored. Not thread-safe:
/// use one per thread.
class HttpClient {
 public:
  /// `ca_file` names a PEM file of certificates to trust besides the system's directory of them; a file that
  /// cannot be read makes every https request fail.
  explicit HttpClient(std::string ca_file = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends the request and returns the response, with at most `max_response` bytes of body after
  /// decompression. Redirects are not followed. Every status is a response. Throws HttpFailure, and
  /// std::invalid_argument for a header with a line break.
  HttpResponse send(const HttpRequest& request, std::size_t max_response = kDefaultMaxResponse);

  /// Takes a part of a body. Returns false to receive no more. It must not throw.
  using Sink = std::function<bool(std::string part)>;

  /// Does the same as send() above, but passes the body of a 200 with HttpRequest::server_header to `sink` as
  /// it arrives instead of collecting it. If `sink` returns false, the connection is closed and the response
  /// so far returned. A sink that waits slows the server down; `request.timeout` includes its waits.
  HttpResponse send(const HttpRequest& request, const Sink& sink);

  static constexpr std::size_t kDefaultMaxResponse = std::size_t{256} << 20U;

 private:
  struct Handle;
  struct Incoming;
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* target) noexcept;
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* target) noexcept;
  static int before_sending(void* target, char* server, char* local, int server_port,
                            int local_port) noexcept;
  static int on_progress(void* target, std::int64_t to_receive, std::int64_t received, std::int64_t to_send,
                         std::int64_t sent) noexcept;
  HttpResponse perform(const HttpRequest& request, Incoming incoming);

  std::unique_ptr<Handle> handle_;
};

}  // namespace annals::io
