#include "http/server/forwarding.h"

#include <algorithm>
#include <stdexcept>

#include "text/ascii.h"

namespace annals::http {
namespace {

namespace ip = boost::asio::ip;

// An IPv4 client of a socket that listens on [::] has an address such as ::ffff:10.0.0.1.
ip::address plain(const ip::address& address) {
  const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  return is_mapped ? ip::make_address_v4(ip::v4_mapped, address.to_v6()) : address;
}

// Reads `10.0.0.1`, `10.0.0.1:1234`, `fd00::1`, `[fd00::1]` or `[fd00::1]:1234`: some proxies add the port.
std::optional<ip::address> address_of(std::string_view text) {
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  boost::system::error_code error;
  const auto address = ip::make_address(text, error);
  if (error) return std::nullopt;
  return plain(address);
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks) {
  for (const std::string& text : networks) {
    boost::system::error_code error;
    const bool is_v6 = text.contains(':');
    const bool has_length = text.contains('/');
    if (is_v6) {
      networks_v6_.push_back(ip::make_network_v6(has_length ? text : text + "/128", error));
    } else {
      networks_v4_.push_back(ip::make_network_v4(has_length ? text : text + "/32", error));
    }
    if (error) throw std::invalid_argument("neither an address nor a network: " + text);
  }
}

ip::address TrustedProxies::client_of(const ip::address& peer,
                                      const std::optional<std::string>& forwarded_for) const {
  ip::address client = plain(peer);
  std::string_view rest = forwarded_for ? std::string_view(*forwarded_for) : std::string_view();
  while (!rest.empty() && trusts(client)) {
    const auto comma = rest.rfind(',');
    const auto last = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    const auto address = address_of(text::trim(last));
    if (!address) break;  // `unknown`, or nonsense: what is left of it cannot be trusted either
    client = *address;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
  }
  return client;
}

bool TrustedProxies::trusts(const ip::address& address) const {
  const auto has = [&](const auto& network, const auto& one) {
    using Network = std::remove_cvref_t<decltype(network)>;
    return Network(one, network.prefix_length()).canonical() == network.canonical();
  };
  if (address.is_v4()) {
    return std::ranges::any_of(networks_v4_,
                               [&](const auto& network) { return has(network, address.to_v4()); });
  }
  return std::ranges::any_of(networks_v6_,
                             [&](const auto& network) { return has(network, address.to_v6()); });
}

}  // namespace annals::http
