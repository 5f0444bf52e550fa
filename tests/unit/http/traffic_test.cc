#include "http/traffic.h"

#include <gtest/gtest.h>

namespace annals::http {
namespace {

using namespace std::chrono_literals;

boost::asio::awaitable<Handler> nobody(const Request& /*head*/) {
  co_return Handler();
}

class TrafficTest : public testing::Test {
 protected:
  TrafficTest() {
    router_.add({.method = "GET", .path = "/things/{id}", .operation = {}, .admit = nobody});
    router_.add({.method = "DELETE", .path = "/things/{id}", .operation = {}, .admit = nobody});
  }

  const Route* get() const { return router_.routes().at(0); }
  const Route* remove() const { return router_.routes().at(1); }

  Router router_;
};

TEST_F(TrafficTest, RequestsAreCountedByRouteMethodAndStatus) {
  Traffic traffic(router_);
  traffic.count({.route = get(), .status = 200, .taken = 2ms, .received = 10, .sent = 100});
  traffic.count({.route = get(), .status = 200, .taken = 2ms, .received = 10, .sent = 100});
  traffic.count({.route = get(), .status = 404, .taken = 1ms, .received = 5, .sent = 50});
  traffic.count({.route = remove(), .status = 204, .taken = 1ms, .received = 7, .sent = 70});

  const auto counted = traffic.snapshot();

  ASSERT_EQ(counted.requests.size(), 3U);
  EXPECT_EQ(counted.requests[0].route, "/things/{id}");
  EXPECT_EQ(counted.requests[0].method, "GET");
  EXPECT_EQ(counted.requests[0].status, 200);
  EXPECT_EQ(counted.requests[0].taken.count(), 2U);
  EXPECT_EQ(counted.requests[1].status, 404);
  EXPECT_EQ(counted.requests[2].method, "DELETE");
  ASSERT_EQ(counted.bytes.size(), 2U);
  EXPECT_EQ(counted.bytes[0].received, 25U);
  EXPECT_EQ(counted.bytes[0].sent, 250U);
}

TEST_F(TrafficTest, HeadIsNoGet) {
  Traffic traffic(router_);
  traffic.count({.route = get(), .is_head = true, .status = 200});

  const auto counted = traffic.snapshot();

  ASSERT_EQ(counted.requests.size(), 1U);
  EXPECT_EQ(counted.requests[0].method, "HEAD");
  EXPECT_EQ(counted.requests[0].route, "/things/{id}");
}

TEST_F(TrafficTest, WhatHasNoRouteOrAStrangeStatusIsCountedTogether) {
  Traffic traffic(router_);
  traffic.count({.status = 404});
  traffic.count({.status = 299});

  const auto counted = traffic.snapshot();

  ASSERT_EQ(counted.requests.size(), 2U);
  EXPECT_EQ(counted.requests[0].route, "none");
  EXPECT_EQ(counted.requests[0].method, "_OTHER");
  EXPECT_EQ(counted.requests[0].status, 404);
  EXPECT_EQ(counted.requests[1].status, 0);
}

TEST_F(TrafficTest, ARequestIsInFlightAsLongAsItsMarkLives) {
  Traffic traffic(router_);
  {
    const Traffic::InFlight one(traffic);
    const Traffic::InFlight other(traffic);
    EXPECT_EQ(traffic.snapshot().in_flight, 2U);
  }
  EXPECT_EQ(traffic.snapshot().in_flight, 0U);
}

}  // namespace
}  // namespace annals::http
