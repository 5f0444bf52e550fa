#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace annals::http {

/// How a response is framed on its connection.
struct Framing {
  std::string_view request_id;
  bool http_1_0 = false;
  bool keep_alive = true;
};

/// Throws std::logic_error when a header of the response holds what would end it, such as a line break.
void check_headers(const Response& response);

/// Whether a response of that status has content at all.
bool has_content(int status);

/// Whether the body goes out in chunks: it comes in parts whose length nobody knows.
bool is_chunked(const Response& response, const Framing& framing);

/// The status line and the headers, up to and with the empty line. A 204 has no content, so nothing is said
/// about it.
std::string response_header(const Response& response, const Framing& framing);

}  // namespace annals::http
