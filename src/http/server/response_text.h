#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace annals::http {

/// The framing of a response on its connection.
struct Framing {
  std::string_view request_id;
  bool http_1_0 = false;
  bool keep_alive = true;
};

/// Throws std::logic_error if a header of the response holds a control character, such as a line break, which
/// would end the header.
void check_headers(const Response& response);

/// Returns whether a response of that status has content at all.
bool has_content(int status);

/// Returns whether the body is sent in chunks: it consists of parts whose total length is unknown, and the
/// client speaks HTTP/1.1.
bool is_chunked(const Response& response, const Framing& framing);

/// Returns the status line and the headers, up to and including the empty line. A 204 or 304 has no content,
/// so the headers describe none. Unless the response says how it may be cached, it must not be stored: most
/// hold a tenant's data, and some a secret.
std::string response_header(const Response& response, const Framing& framing);

}  // namespace annals::http
