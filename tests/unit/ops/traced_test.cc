#include "ops/traced.h"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include "io/pause.h"
#include "ops/tracer.h"
#include "support/coroutines/run.h"
#include "unit/ops/spans.h"

namespace annals::ops {
namespace {

using boost::asio::awaitable;

TracePlace new_place() {
  return Tracer({}, nullptr).begin(std::nullopt);
}

awaitable<std::string> seen_here() {
  const auto place = co_await current_place();
  co_return place.span_id();
}

awaitable<std::string> seen_after_a_pause() {
  co_await io::pause(std::chrono::milliseconds(1));
  auto seen = co_await seen_here();
  co_return seen;
}

awaitable<std::string> seen_by_what_is_spawned() {
  const auto executor = co_await boost::asio::this_coro::executor;
  auto seen = co_await boost::asio::co_spawn(executor, seen_after_a_pause(), boost::asio::use_awaitable);
  co_return seen;
}

awaitable<void> fail() {
  co_await io::pause(std::chrono::milliseconds(1));
  throw std::domain_error("no");
}

/// Looks at one place, at another inside it, and at the first one again.
awaitable<std::vector<std::string>> seen_inside_and_outside(TracePlace inner) {
  std::vector<std::string> seen;
  seen.push_back(co_await seen_here());
  seen.push_back(co_await at_place(inner, seen_after_a_pause()));
  seen.push_back(co_await seen_here());
  co_return seen;
}

TEST(Traced, WithoutATraceThereIsNoPlace) {
  EXPECT_EQ(support::run(seen_after_a_pause()), "");
}

TEST(Traced, AllThatACoroutineCallsAndSpawnsWorksAtItsPlace) {
  const auto place = new_place();
  EXPECT_EQ(support::run(at_place(place, seen_here())), place.span_id());
  EXPECT_EQ(support::run(at_place(place, seen_after_a_pause())), place.span_id());
  EXPECT_EQ(support::run(at_place(place, seen_by_what_is_spawned())), place.span_id());
}

TEST(Traced, APlaceInsideAPlaceEndsWithItsWork) {
  const auto outer = new_place();
  const auto inner = new_place();
  const auto seen = support::run(at_place(outer, seen_inside_and_outside(inner)));
  EXPECT_EQ(seen, (std::vector{outer.span_id(), inner.span_id(), outer.span_id()}));
}

TEST(Traced, TheSamePlaceAgainAndNoPlaceAreLeftOut) {
  const auto place = new_place();
  EXPECT_EQ(support::run(at_place(place, at_place(place, seen_after_a_pause()))), place.span_id());
  EXPECT_EQ(support::run(at_place(TracePlace(), seen_after_a_pause())), "");
}

TEST(Traced, AnExceptionComesThrough) {
  EXPECT_THROW(support::run(at_place(new_place(), fail())), std::domain_error);
}

TEST(Traced, AStrandStaysOne) {
  boost::asio::io_context context;
  const boost::asio::any_io_executor strand = boost::asio::make_strand(context);
  const boost::asio::any_io_executor traced = TracedExecutor(strand, new_place());
  const boost::asio::any_io_executor same = TracedExecutor(strand, new_place());
  EXPECT_EQ(traced, same) << "where work runs is the same";
  EXPECT_EQ(&boost::asio::query(traced, boost::asio::execution::context), &context);

  bool has_run_inside = false;
  boost::asio::post(strand, [&] {
    // In the strand already: it runs at once, as it would without the place.
    boost::asio::dispatch(traced, [&] { has_run_inside = true; });
    EXPECT_TRUE(has_run_inside);
  });
  context.run();
  EXPECT_TRUE(has_run_inside);
}

}  // namespace
}  // namespace annals::ops
