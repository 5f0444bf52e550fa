#pragma once

#include <string>

namespace annals::access {

/// Returns the network whose addresses are counted as one: whoever has an IPv6 address has its whole network
/// of 64 bits. An IPv4 address, and a text that is no address, is returned as it is.
std::string network_of(const std::string& address);

}  // namespace annals::access
