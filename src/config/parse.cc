#include "config/parse.h"

#include <charconv>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/url_view.hpp>

#include "text/ascii.h"
#include "text/url.h"

namespace annals::config {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool is_visible_ascii(char c) {
  return c > 0x20 && c < 0x7f;
}

// Returns nullopt unless the text is a number below 65536; an empty text is not.
std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

std::optional<std::string> address_of(std::string_view host) {
  if (host == "localhost") return "127.0.0.1";
  const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  std::string text(in_brackets ? host.substr(1, host.size() - 2) : host);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error || address.is_v6() != in_brackets) return std::nullopt;
  return text;
}

bool is_host(const boost::urls::url_view& url) {
  if (!url.has_authority()) return false;
  if (url.host_type() != boost::urls::host_type::name)
    return url.host_type() != boost::urls::host_type::ipvfuture;
  const std::string_view host = url.encoded_host();  // encoded, because a name has no escaped characters
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

bool is_port(const boost::urls::url_view& url) {
  return !url.has_port() || port_of(url.port()).value_or(0) != 0;
}

bool is_http(const boost::urls::url_view& url) {
  return url.scheme_id() == boost::urls::scheme::http || url.scheme_id() == boost::urls::scheme::https;
}

bool nothing_but_origin(const boost::urls::url_view& url) {
  const bool path = !url.encoded_path().empty() && url.encoded_path() != "/";
  return !path && !url.has_userinfo() && !url.has_query() && !url.has_fragment();
}

// A path goes into URLs as it is, and proxies resolve `..` and empty segments in different ways.
bool is_plain_path(std::string_view path) {
  const auto is_plain = [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '/' || c == '-' || c == '_' || c == '.' ||
           c == '~';
  };
  return std::ranges::all_of(path, is_plain) && !path.contains("//") && !path.contains("/.");
}

bool is_network(const std::string& text) {
  boost::system::error_code error;
  const bool has_length = text.contains('/');
  if (text.contains(':')) {
    boost::asio::ip::make_network_v6(has_length ? text : text + "/128", error);
  } else {
    boost::asio::ip::make_network_v4(has_length ? text : text + "/32", error);
  }
  return !error;
}

bool has_bucket_characters(std::string_view name) {
  const auto edge = [](char c) { return is_lower(c) || is_digit(c); };
  return edge(name.front()) && edge(name.back()) && !name.contains("..") &&
         std::ranges::all_of(name, [&](char c) { return edge(c) || c == '.' || c == '-'; });
}

bool is_ipv4(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address_v4(text, error);
  return !error;
}

}  // namespace

Read<std::string> parse_line(std::string text) {
  if (std::ranges::any_of(text, is_control)) {
    return std::unexpected("must not contain control characters or line breaks");
  }
  return text;
}

Read<crypto::Secret> parse_secret(std::string text) {
  auto line = parse_line(std::move(text));
  if (!line) return std::unexpected(std::move(line.error()));
  return crypto::Secret(*std::move(line));
}

Read<std::string> parse_not_empty(std::string text) {
  if (text.empty()) return std::unexpected("must not be empty");
  return parse_line(std::move(text));
}

Read<std::tuple<std::string, std::uint16_t>> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon != std::string::npos) {
    auto address = address_of(std::string_view(text).substr(0, colon));
    const auto port = port_of(std::string_view(text).substr(colon + 1));
    if (address && port) return std::tuple(*std::move(address), *port);
  }
  return std::unexpected(
      "must be an address and a port below 65536, as in 127.0.0.1:8080, [::1]:8080 or localhost:8080");
}

Read<std::string> parse_origin(const std::string& text) {
  const auto url = text::parse_url(text);
  if (!url || !is_http(*url) || !is_host(*url) || !is_port(*url) || !nothing_but_origin(*url)) {
    return std::unexpected("must be http(s)://host or http(s)://host:port, without a path");
  }
  return text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

Read<std::string> parse_public_url(const std::string& text) {
  const auto url = text::parse_url(text);
  const std::string path(url ? std::string_view(url->encoded_path()) : std::string_view());
  auto origin = is_plain_path(path) ? parse_origin(text.substr(0, text.size() - path.size()))
                                    : Read<std::string>(std::unexpected(std::string()));
  if (!url || url->has_query() || url->has_fragment() || !origin) {
    return std::unexpected(
        "must be http(s)://host or http(s)://host:port, perhaps with a path such as /annals that a proxy "
        "takes "
        "away");
  }
  *origin += path;
  if (origin->ends_with('/')) origin->pop_back();
  return origin;
}

Read<std::vector<std::string>> parse_page_origins(const std::vector<std::string>& texts) {
  if (texts == std::vector<std::string>{"*"}) return texts;
  std::vector<std::string> origins;
  origins.reserve(texts.size());
  for (const auto& text : texts) {
    auto origin = parse_origin(text);
    if (!origin) {
      return std::unexpected(fmt::format(
          "must list the origins of web pages, http(s)://host or http(s)://host:port without a path, or be * "
          "alone; entry {} of {} is none",
          origins.size() + 1, texts.size()));
    }
    std::string sent = text::to_lower(*origin);
    const std::string_view own_port = sent.starts_with("https:") ? ":443" : ":80";
    if (sent.ends_with(own_port)) sent.resize(sent.size() - own_port.size());
    origins.push_back(std::move(sent));
  }
  return origins;
}

Read<std::vector<std::string>> parse_networks(const std::vector<std::string>& texts) {
  const auto wrong = std::ranges::find_if_not(texts, is_network);
  if (wrong == texts.end()) return texts;
  return std::unexpected(fmt::format(
      "must list addresses or networks, as in 127.0.0.1, 10.0.0.0/8 or fd00::/8; entry {} of {} is none",
      wrong - texts.begin() + 1, texts.size()));
}

Read<std::vector<std::string>> parse_endpoints(const std::vector<std::string>& texts) {
  if (texts.size() > 1) return std::unexpected("must list only one endpoint; more are not supported yet");
  std::vector<std::string> origins;
  for (const auto& text : texts) {
    auto origin = parse_origin(text);
    if (!origin) return std::unexpected(origin.error());
    origins.push_back(*std::move(origin));
  }
  return origins;
}

Read<std::string> parse_cluster(const std::string& text) {
  if (!text.empty()) return std::unexpected("must be empty; clusters are not supported yet");
  return text;
}

Read<std::string> parse_bucket(const std::string& text) {
  if (text.size() < 3 || text.size() > 63 || !has_bucket_characters(text) || is_ipv4(text)) {
    return std::unexpected(
        "must be the name of a bucket: 3 to 63 lower-case letters, digits, '-' and single '.', with a letter "
        "or digit at both ends, and not an IP address");
  }
  return text;
}

Read<std::string> parse_key_prefix(const std::string& text) {
  constexpr std::size_t kLongest = 256;
  constexpr std::string_view kSpecial = "-_./";
  const auto allowed = [kSpecial](char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || kSpecial.contains(c);
  };
  const bool has_parts =
      text.ends_with('/') && !text.starts_with('/') && !text.contains("//") && !text.contains("..");
  if (!has_parts || text.size() > kLongest || !std::ranges::all_of(text, allowed)) {
    return std::unexpected(
        "must be the beginning of keys such as backups/annals/: letters, digits, '-', '_' and '.', with a "
        "slash at "
        "the end");
  }
  return text;
}

Read<std::string> parse_region(const std::string& text) {
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  if (text.empty() || text.size() > 63 || !std::ranges::all_of(text, allowed)) {
    return std::unexpected("must be a region such as eu-west-2: lower-case letters, digits and '-'");
  }
  return text;
}

Read<std::string> parse_tenant_field(std::string text) {
  constexpr std::string_view kInDetail = "detail.";
  const bool in_detail = text.starts_with(kInDetail) && text.size() > kInDetail.size();
  if (in_detail || text == "source" || text == "account" || text == "detail-type") return text;
  return std::unexpected("must be source, account, detail-type or detail.<key>");
}

Read<std::vector<crypto::Secret>> parse_api_keys(const std::vector<std::string>& texts) {
  constexpr std::size_t kMinLength = 16;
  std::vector<crypto::Secret> keys;
  std::set<std::string_view> seen;
  for (const auto& text : texts) {
    const auto complaint = [&](std::string_view what) {
      return std::unexpected(fmt::format("key {} of {} {}", keys.size() + 1, texts.size(), what));
    };
    if (text.size() < kMinLength) return complaint("is shorter than 16 characters");
    if (!std::ranges::all_of(text, is_visible_ascii))
      return complaint("must contain only printable ASCII characters without blanks");
    if (!seen.insert(text).second) return complaint("is a duplicate; remove it");
    keys.emplace_back(text);
  }
  return keys;
}

}  // namespace annals::config
