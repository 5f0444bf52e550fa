#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "aws/source.h"
#include "io/http_client.h"

namespace annals::aws {

/// The attempts of an exchange with a source of credentials.
struct Attempts {
  int count = 3;
  std::chrono::milliseconds of_one{5'000};  // each attempt, 2 s of it for the connection
};

/// Sends a request and returns the response, whatever its status, with at most `max_reply` bytes. After
/// errors of the server (5xx, 429) and broken connections it tries again, with pauses of 100, 200, … ms, in
/// which it holds the thread. Throws io::HttpFailure if no response arrived by the deadline.
io::HttpResponse exchange(io::HttpClient& http, io::HttpRequest request, std::size_t max_reply,
                          Attempts attempts, Deadline deadline);

/// An origin that a variable names, checked.
struct Origin {
  std::string text;  // http(s)://host[:port], without a slash at its end and the default port of the scheme
  bool secure = false;
  bool is_loopback = false;
};

/// Returns nullopt if the text is not `http(s)://host[:port]`.
std::optional<Origin> parse_origin(const std::string& text);

/// Returns the host of an http(s) URL without user, as an IP address without brackets or a name; nullopt if
/// there is none.
std::optional<std::string> host_of(const std::string& url);

/// Returns whether a host, an IP address without brackets or a name, is this machine itself.
bool is_loopback(const std::string& host);

}  // namespace annals::aws
