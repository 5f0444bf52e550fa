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

/// A running service, and as whom to speak to it.
struct ServiceAccess {
  std::string url;  // without a slash at its end
  std::string client_id;
  std::optional<crypto::Secret> api_key = {};  // one of the two
  std::optional<crypto::Secret> client_secret = {};
  std::string ca_file = {};
  std::chrono::seconds patience{300};  // how long it may be away in the middle of the work
};

/// The service does not do what it was asked for, and repeating would not help. what() says it in plain
/// words.
class ServiceRefusal : public std::runtime_error {
 public:
  ServiceRefusal(const std::string& message, int status) : std::runtime_error(message), status_(status) {}
  /// 0 when there was no answer.
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

/// Speaks to the service for one tenant. Not safe for concurrent use: one per thread.
class ServiceClient {
 public:
  using Say = std::function<void(std::string_view)>;

  /// `say` gets what a person should know while this waits.
  ServiceClient(ServiceAccess access, Say say);

  struct Request {
    std::string method = "GET";
    std::string target;  // path and query
    std::string_view content_type = {};
    std::string_view body = {};
  };

  /// One attempt. Returns an answer of 200, 201 or 422; throws ServiceRefusal for any other and for none.
  io::HttpResponse ask(const Request& request);

  /// Takes the body of a 200 as it comes.
  struct Download {
    io::HttpClient::Sink sink;
    bool goes_on =
        false;  // a later attempt asks only for what is missing: whatever comes counts as a success
  };

  /// The same, again and again while the service cannot be reached, breaks off or asks for patience, with
  /// growing pauses, until it has been away for as long as is allowed or `stop` is asked for. Between two
  /// attempts the request may change: `request` is called for each.
  io::HttpResponse insist(const std::function<Request()>& request, const Download* download = nullptr);

 private:
  struct Attempt;
  Attempt attempt(const Request& request, const Download* download);
  [[nodiscard]] std::string words_of(const io::HttpResponse& response) const;

  ServiceAccess access_;
  Say say_;
  io::HttpClient client_;
};

/// The words of a 422: one problem after the other. `skip` as in words_of(problem).
std::string problems_of(std::string_view body, std::size_t skip);

}  // namespace annals::cli
