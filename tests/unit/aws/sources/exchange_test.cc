#include "aws/sources/exchange.h"

#include <gtest/gtest.h>

namespace annals::aws {
namespace {

TEST(Exchange, AnOriginIsSchemeHostAndPortOnly) {
  EXPECT_EQ(parse_origin("https://sts.example").value().text, "https://sts.example");
  EXPECT_EQ(parse_origin("https://sts.example:8443/").value().text, "https://sts.example:8443");
  EXPECT_EQ(parse_origin("https://sts.example:443").value().text, "https://sts.example");
  EXPECT_EQ(parse_origin("http://[::1]:80/").value().text, "http://[::1]");
  EXPECT_EQ(parse_origin("https://1.2.3.4.example").value().text, "https://1.2.3.4.example");
  for (const char* bad :
       {"", "sts.example", "ftp://sts.example", "https://sts.example/x", "https://sts.example?x",
        "https://u@sts.example", "https://", "https://1.2.3.4:x"}) {
    EXPECT_FALSE(parse_origin(bad)) << bad;
  }
}

TEST(Exchange, ThisMachineIsKnownByItsAddressesAndOneName) {
  for (const char* url : {"http://localhost:1", "http://127.0.0.1", "http://127.200.0.1:9", "http://[::1]"}) {
    EXPECT_TRUE(parse_origin(url).value().is_loopback) << url;
  }
  for (const char* url : {"http://localhost.example", "http://128.0.0.1", "http://[::2]", "http://0.0.0.0"}) {
    EXPECT_FALSE(parse_origin(url).value().is_loopback) << url;
  }
}

}  // namespace
}  // namespace annals::aws
