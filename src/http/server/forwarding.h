#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace annals::http {

/// The proxies in front of this server whose X-Forwarded-For is believed. Thread-safe.
class TrustedProxies {
 public:
  /// Each text is an address, or a network such as `10.0.0.0/8`. Throws std::invalid_argument.
  explicit TrustedProxies(const std::vector<std::string>& networks);

  /// Returns the address that a request comes from. `forwarded_for` is the value of X-Forwarded-For, which
  /// each proxy appends the address to that it got the request from: it is read from its end for as long as a
  /// trusted proxy has written it. A sender that is no trusted proxy may write into it what it likes.
  [[nodiscard]] boost::asio::ip::address client_of(const boost::asio::ip::address& peer,
                                                   const std::optional<std::string>& forwarded_for) const;

 private:
  [[nodiscard]] bool trusts(const boost::asio::ip::address& address) const;

  std::vector<boost::asio::ip::network_v4> networks_v4_;
  std::vector<boost::asio::ip::network_v6> networks_v6_;
};

}  // namespace annals::http
