#include "access/network.h"

#include <gtest/gtest.h>

namespace annals::access {
namespace {

TEST(NetworkOfAnAddress, IsTheWholeNetworkOfAnIPv6Address) {
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("2001:db8:1:2:ffff::1"), network_of("2001:db8:1:2::1"));
  EXPECT_NE(network_of("2001:db8:1:3::1"), network_of("2001:db8:1:2::1"));
}

TEST(NetworkOfAnAddress, IsTheIPv4AddressItself) {
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_NE(network_of("::ffff:192.0.2.7"), network_of("::ffff:198.51.100.7"))
      << "to a socket for both families every IPv4 sender has such an address";
}

TEST(NetworkOfAnAddress, IsATextThatIsNoAddressAsItIs) {
  EXPECT_EQ(network_of("unknown"), "unknown");
  EXPECT_EQ(network_of(""), "");
}

}  // namespace
}  // namespace annals::access
