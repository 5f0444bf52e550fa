#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/secret.h"
#include "io/http_client.h"

namespace annals::cli {

/// The address of a running service and the credentials for it.
struct ServiceAccess {
  std::string url;                             // without a slash at its end
  std::string client_id = {};                  // empty: requests are not about one tenant
  std::optional<crypto::Secret> api_key = {};  // either this or client_secret
  std::optional<crypto::Secret> client_secret = {};
  std::string ca_file = {};
  std::chrono::seconds patience{300};  // how long requests are retried during an outage
};

/// Reports that the service rejected a request, or that it stayed away for as long as retries are allowed.
/// what() says so in plain words.
class ServiceRefusal : public std::runtime_error {
 public:
  ServiceRefusal(const std::string& message, int status, bool outcome_unknown = false)
      : std::runtime_error(message), status_(status), outcome_unknown_(outcome_unknown) {}
  /// Returns the HTTP status of the answer, or 0 if there was none.
  [[nodiscard]] int status() const noexcept { return status_; }
  /// Returns whether the service may have done what was asked: the answer was lost, or was a 5xx.
  [[nodiscard]] bool outcome_unknown() const noexcept { return outcome_unknown_; }

 private:
  int status_;
  bool outcome_unknown_;
};

/// Sends requests to the service, for one tenant or about the platform. Not thread-safe: use one per thread.
class ServiceClient {
 public:
  using Say = std::function<void(std::string_view)>;

  /// `say` receives messages for the user while a call waits.
  ServiceClient(ServiceAccess access, Say say);

  struct Request {
    std::string method = "GET";
    std::string target;  // path and query
    std::string_view content_type = {};
    std::string_view body = {};
    bool at_most_once = false;  // it makes something anew each time, so it is never sent again unasked
  };

  /// Sends the request once and returns an answer of 200, 201, 202, 204 or 422. Throws ServiceRefusal for any
  /// other answer and for none.
  io::HttpResponse ask(const Request& request);

  /// Receives the body of a 200 in parts.
  struct Download {
    io::HttpClient::Sink sink;
    // Returns what shows that a body which has ended was cut: a proxy may give a cut body a clean end. Such a
    // download is retried.
    std::function<std::optional<std::string>()> flaw;
    // A later attempt asks only for what is missing, so every part that arrives counts as progress.
    bool resumable = false;
    std::chrono::seconds max_pause{0};  // after which the connection counts as lost; 0: none
  };

  /// Sends the request, and retries with growing pauses while the service cannot be reached, breaks off or
  /// answers with a status that asks for a retry (429, 503, …). Returns an answer of 200, 201, 202, 204 or
  /// 422. Throws ServiceRefusal for any other answer, and once the service has been away for
  /// ServiceAccess::patience. `request` is called for each attempt, so that the request may change between
  /// two attempts.
  io::HttpResponse send_with_retries(const std::function<Request()>& request,
                                     const Download* download = nullptr);

 private:
  struct Attempt;
  Attempt attempt(const Request& request, const Download* download);
  bool speaks_plain_http();
  [[nodiscard]] std::string words_of(const io::HttpResponse& response) const;

  ServiceAccess access_;
  Say say_;
  io::HttpClient client_;
};

/// Returns whether the service has answered: each of its answers has an X-Request-Id. A proxy may answer in
/// its place with a page and the status 200, and at a wrong address another program does.
bool is_of_service(const io::HttpResponse& response);

/// Returns the problems in the body of a 422 in plain words, one after the other. `skip` is that of
/// words_of(). A body of another shape is returned as it was sent.
std::string problems_of(std::string_view body, std::size_t skip);

}  // namespace annals::cli
