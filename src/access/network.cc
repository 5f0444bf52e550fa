#include "access/network.h"

#include <algorithm>
#include <cstddef>

#include <boost/asio/ip/address.hpp>

namespace annals::access {

std::string network_of(const std::string& address) {
  constexpr std::size_t kPrefix = 8;  // bytes
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error || !parsed.is_v6() || parsed.to_v6().is_v4_mapped()) return address;
  auto bytes = parsed.to_v6().to_bytes();
  std::fill(bytes.begin() + kPrefix, bytes.end(), 0);
  return boost::asio::ip::address_v6(bytes).to_string();
}

}  // namespace annals::access
