#include "aws/sources/exchange.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include "text/url.h"

namespace annals::aws {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kConnectTimeout{2'000};
constexpr milliseconds kFirstPause{100};

bool is_passing(int status) {
  constexpr int kTooMany = 429;
  constexpr int kServerErrors = 500;
  return status == kTooMany || status >= kServerErrors;
}

milliseconds until(Deadline deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
}

}  // namespace

io::HttpResponse exchange(io::HttpClient& http, io::HttpRequest request, std::size_t max_reply,
                          Attempts attempts, Deadline deadline) {
  milliseconds pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    const auto is_last = [&] { return attempt >= attempts.count || until(deadline) <= pause; };
    const milliseconds left = until(deadline);
    if (left <= milliseconds::zero()) throw io::HttpFailure("there was no answer in time", false);
    request.timeout = std::min(attempts.of_one, left);
    request.connect_timeout = std::min(kConnectTimeout, left);
    try {
      io::HttpResponse response = http.send(request, max_reply);
      if (!is_passing(response.status) || is_last()) return response;
    } catch (const io::HttpFailure&) {
      if (is_last()) throw;
    }
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

std::optional<std::string> host_of(const std::string& url) {
  const auto parsed = text::parse_url(url);
  if (!parsed || parsed->has_userinfo() || parsed->encoded_host().empty()) return std::nullopt;
  return std::string(parsed->encoded_host_address());
}

std::optional<Origin> parse_origin(const std::string& text) {
  const auto host = host_of(text);
  const auto url = text::parse_url(text);
  const bool only_authority = host && url && (url->encoded_path().empty() || url->encoded_path() == "/") &&
                              !url->has_query() && !url->has_fragment();
  if (!only_authority) return std::nullopt;
  const bool secure = url->scheme_id() == boost::urls::scheme::https;
  if (!secure && url->scheme_id() != boost::urls::scheme::http) return std::nullopt;
  Origin origin{.text = text, .secure = secure, .is_loopback = is_loopback(*host)};
  if (origin.text.ends_with('/')) origin.text.pop_back();
  // libcurl leaves it out of the Host header, which is signed.
  const std::string_view default_port = secure ? ":443" : ":80";
  if (url->has_port() && origin.text.ends_with(default_port)) {
    origin.text.resize(origin.text.size() - default_port.size());
  }
  return origin;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(host, no_address);
  return !no_address && address.is_loopback();
}

}  // namespace annals::aws
