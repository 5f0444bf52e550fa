#include "aws/sources/container.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>

#include "aws/limited_file.h"
#include "aws/sources/exchange.h"
#include "aws/sources/replies.h"
#include "text/url.h"

namespace annals::aws {
namespace {

constexpr std::string_view kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr std::string_view kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr std::string_view kToken = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr std::string_view kTokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr std::size_t kMaxReply = 10'000;
constexpr int kOk = 200;

using boost::asio::ip::make_address;

struct Container {
  std::string url;
  std::string token_file;
  crypto::Secret token{""};
};

/// Names are not resolved here: what the name server says now need not be what it says when the connection
/// is made.
bool may_be_plain(const std::string& host) {
  constexpr std::array kHosts = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  if (is_loopback(host)) return true;
  boost::system::error_code no_address;
  const auto address = make_address(host, no_address);
  return !no_address &&
         std::ranges::any_of(kHosts, [&](const char* allowed) { return make_address(allowed) == address; });
}

std::string checked_url(const std::string& text) {
  const auto url = text::parse_url(text);
  const bool secure = url && url->scheme_id() == boost::urls::scheme::https;
  const bool plain = url && url->scheme_id() == boost::urls::scheme::http;
  const auto host = host_of(text);
  if (!(secure || plain) || !host || url->has_fragment()) {
    throw CredentialsError(fmt::format("{} must be an http or https URL", kFull));
  }
  if (plain && !may_be_plain(*host)) {
    throw CredentialsError(fmt::format(
        "{} must be https: plain http is allowed to this machine, 169.254.170.2, 169.254.170.23 and "
        "fd00:ec2::23 only, by their addresses",
        kFull));
  }
  return text;
}

std::string find_url(const Environment& environment) {
  const std::string relative = value_of(environment, kRelative);
  if (relative.empty()) return checked_url(value_of(environment, kFull));
  if (!relative.starts_with('/') || !boost::urls::parse_origin_form(relative)) {
    throw CredentialsError(fmt::format("{} must be a path that begins with /", kRelative));
  }
  return "http://169.254.170.2" + relative;
}

void check_token(std::string_view token, std::string_view place) {
  // A line break would end the header, and what follows would be another one.
  if (!token.empty() && token.find_first_of("\r\n") == std::string_view::npos) return;
  throw CredentialsError(fmt::format("the token in {} is empty or has a line break; remove it", place));
}

io::HttpHeaders headers_of(const Container& container) {
  io::HttpHeaders headers{{"Accept", "application/json"}};
  if (!container.token_file.empty()) {
    auto token = read_limited(container.token_file, kMaxTokenFile);
    if (!token) {
      throw CredentialsError(
          fmt::format("the file {}, which {} names, {}", container.token_file, kTokenFile, token.error()));
    }
    check_token(*token, container.token_file);
    headers.emplace_back("Authorization", *std::move(token));
  } else if (!container.token.reveal().empty()) {
    headers.emplace_back("Authorization", container.token.reveal());
  }
  return headers;
}

Credentials fetch(const Container& container, io::HttpClient& http, Deadline deadline) {
  try {
    const io::HttpRequest request{.url = container.url, .headers = headers_of(container)};
    const io::HttpResponse response = exchange(http, request, kMaxReply, {}, deadline);
    if (response.status == kOk) return parse_json_credentials(response.body);
    throw CredentialsError(fmt::format("status {}", response.status));
  } catch (const std::exception& error) {
    throw CredentialsError(fmt::format("the container's endpoint for credentials: {}", error.what()));
  }
}

}  // namespace

FoundSource find_container(const Environment& environment) {
  const bool is_relative = !value_of(environment, kRelative).empty();
  if (!is_relative && value_of(environment, kFull).empty()) {
    return std::unexpected(fmt::format("{} and {} are not set", kRelative, kFull));
  }
  Container container{.url = find_url(environment),
                      .token_file = value_of(environment, kTokenFile),
                      .token = crypto::Secret(environment(kToken).value_or(""))};
  if (container.token_file.empty() && !container.token.reveal().empty()) {
    check_token(container.token.reveal(), kToken);
  }
  return Source{.name = fmt::format("the container's endpoint ({})", is_relative ? kRelative : kFull),
                .fetch = [container = std::move(container)](io::HttpClient& http, Deadline deadline) {
                  return fetch(container, http, deadline);
                }};
}

}  // namespace annals::aws
