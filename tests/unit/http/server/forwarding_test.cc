// Whose X-Forwarded-For is believed.
#include "http/server/forwarding.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace annals::http {
namespace {

std::string client_of(const TrustedProxies& proxies, const std::string& peer,
                      const std::optional<std::string>& forwarded_for) {
  return proxies.client_of(boost::asio::ip::make_address(peer), forwarded_for).to_string();
}

TEST(TrustedProxies, nobody_is_trusted_unless_named) {
  const TrustedProxies none({});
  EXPECT_EQ(client_of(none, "127.0.0.1", "203.0.113.9"), "127.0.0.1");
  const TrustedProxies one({"10.0.0.1"});
  EXPECT_EQ(client_of(one, "10.0.0.2", "203.0.113.9"), "10.0.0.2");
}

TEST(TrustedProxies, the_last_address_that_no_trusted_proxy_has_is_the_client) {
  const TrustedProxies proxies({"10.0.0.0/8", "fd00::/8", "::1"});
  EXPECT_EQ(client_of(proxies, "10.0.0.1", std::nullopt), "10.0.0.1");
  EXPECT_EQ(client_of(proxies, "10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(client_of(proxies, "10.0.0.1", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client_of(proxies, "10.0.0.1", "198.51.100.7, 203.0.113.9 ,10.9.9.9"), "203.0.113.9")
      << "what stands before it was written by the client";
  EXPECT_EQ(client_of(proxies, "fd00::1", "2001:db8::5,fd12::1"), "2001:db8::5");
  EXPECT_EQ(client_of(proxies, "::1", "10.1.1.1,10.2.2.2"), "10.1.1.1") << "all are proxies: the first one";
}

TEST(TrustedProxies, a_network_has_its_own_addresses_only) {
  const TrustedProxies proxies({"10.1.2.128/25", "fd00:1::/32"});
  EXPECT_EQ(client_of(proxies, "10.1.2.128", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client_of(proxies, "10.1.2.255", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client_of(proxies, "10.1.2.127", "203.0.113.9"), "10.1.2.127");
  EXPECT_EQ(client_of(proxies, "fd00:1:ffff::1", "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client_of(proxies, "fd00:2::1", "203.0.113.9"), "fd00:2::1");
}

TEST(TrustedProxies, an_address_may_have_a_port_and_be_mapped_to_ipv6) {
  const TrustedProxies proxies({"10.0.0.1"});
  EXPECT_EQ(client_of(proxies, "::ffff:10.0.0.1", "203.0.113.9:1234"), "203.0.113.9");
  EXPECT_EQ(client_of(proxies, "10.0.0.1", "[2001:db8::5]:1234"), "2001:db8::5");
  EXPECT_EQ(client_of(proxies, "10.0.0.1", "::ffff:203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client_of(proxies, "::ffff:10.0.0.2", "203.0.113.9"), "10.0.0.2");
}

TEST(TrustedProxies, nonsense_ends_what_is_read) {
  const TrustedProxies proxies({"10.0.0.1"});
  for (const std::string nonsense :
       {"unknown", "_hidden", ",", " ", "[", "[]", "10.0.0", "1.2.3.4.5", "a:b:c"}) {
    EXPECT_EQ(client_of(proxies, "10.0.0.1", "203.0.113.9," + nonsense), "10.0.0.1") << nonsense;
  }
}

TEST(TrustedProxies, what_is_no_network_is_refused) {
  for (const std::string text : {"", "proxy.example", "10.0.0.0/33", "10.0.0/8", "fd00::/129"}) {
    EXPECT_THROW(TrustedProxies({text}), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace annals::http
