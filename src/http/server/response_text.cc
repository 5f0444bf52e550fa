#include "http/server/response_text.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/beast/http/status.hpp>

#include "http/entity_tags.h"

namespace annals::http {
namespace {

bool ends_header(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool ends_header(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return ends_header(c); });
}

std::string_view connection_header(const Framing& framing) {
  if (!framing.keep_alive) return "Connection: close\r\n";
  return framing.http_1_0 ? "Connection: keep-alive\r\n" : "";
}

std::string length_header(const Response& response, const Framing& framing) {
  if (!response.body_parts) return fmt::format("Content-Length: {}\r\n", response.body.size());
  if (response.content_length) return fmt::format("Content-Length: {}\r\n", *response.content_length);
  return is_chunked(response, framing) ? "Transfer-Encoding: chunked\r\n" : "";
}

bool says_how_to_cache(const Response& response) {
  return std::ranges::any_of(response.headers,
                             [](const auto& header) { return header.first == "Cache-Control"; });
}

}  // namespace

bool has_content(int status) {
  return status != static_cast<int>(Status::no_content) && status != kNotModified;
}

bool is_chunked(const Response& response, const Framing& framing) {
  return response.body_parts != nullptr && !response.content_length && !framing.http_1_0;
}

void check_headers(const Response& response) {
  bool bad = ends_header(response.content_type);
  for (const auto& [name, value] : response.headers) bad = bad || ends_header(name) || ends_header(value);
  if (bad) throw std::logic_error("a response header holds a control character");
}

std::string response_header(const Response& response, const Framing& framing) {
  namespace beast_http = boost::beast::http;
  const std::string_view reason =
      beast_http::obsolete_reason(beast_http::int_to_status(static_cast<unsigned>(response.status)));
  std::string text = fmt::format("HTTP/1.{} {} {}\r\n", framing.http_1_0 ? 0 : 1, response.status, reason);
  auto out = std::back_inserter(text);
  fmt::format_to(out, "Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
                 fmt::gmtime(std::chrono::system_clock::now()));
  fmt::format_to(out, "X-Request-Id: {}\r\n", framing.request_id);
  if (has_content(response.status)) {
    if (!response.content_type.empty()) fmt::format_to(out, "Content-Type: {}\r\n", response.content_type);
    text += length_header(response, framing);
  }
  for (const auto& [name, value] : response.headers) fmt::format_to(out, "{}: {}\r\n", name, value);
  // Answers of every kind hold what clients have sent, and no browser may take one kind for another.
  text += "X-Content-Type-Options: nosniff\r\n";
  if (!says_how_to_cache(response)) text += "Cache-Control: no-store\r\n";
  text += connection_header(framing);
  text += "\r\n";
  return text;
}

}  // namespace annals::http
