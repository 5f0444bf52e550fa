#include "io/blocking_pool.h"

#include <future>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "error.h"
#include "support/coroutines/run.h"

namespace annals::io {
namespace {

std::vector<std::unique_ptr<int>> resources(int count) {
  std::vector<std::unique_ptr<int>> result;
  for (int i = 0; i < count; ++i) result.push_back(std::make_unique<int>(i));
  return result;
}

TEST(BlockingPool, RunsTheWorkOnAnotherThreadAndGivesItsResultBack) {
  BlockingPool<int> pool(resources(1), 8);

  const auto worker = support::run(pool.run([](int&) { return std::this_thread::get_id(); }));

  EXPECT_NE(worker, std::this_thread::get_id());
}

TEST(BlockingPool, GivesTheExceptionOfTheWorkBack) {
  BlockingPool<int> pool(resources(1), 8);
  EXPECT_THROW(support::run(pool.run([](int&) { throw std::domain_error("no"); })), std::domain_error);
  EXPECT_THROW(support::run(pool.run([](int&) -> int { throw std::domain_error("no"); })), std::domain_error);
  EXPECT_EQ(support::run(pool.run([](int& resource) { return resource; })), 0) << "the thread goes on";
}

TEST(BlockingPool, EveryThreadHasAResourceOfItsOwn) {
  BlockingPool<int> pool(resources(2), 8);
  std::promise<int> first;
  std::promise<int> second;
  boost::asio::io_context context;
  // Neither can end before both have begun.
  auto meet = [](std::promise<int>& mine, std::promise<int>& other) {
    return [&mine, seen = other.get_future().share()](int& resource) {
      mine.set_value(resource);
      return seen.get();
    };
  };
  auto one = boost::asio::co_spawn(context, pool.run(meet(first, second)), boost::asio::use_future);
  auto two = boost::asio::co_spawn(context, pool.run(meet(second, first)), boost::asio::use_future);

  context.run();

  EXPECT_EQ((std::set{one.get(), two.get()}), (std::set{0, 1}));
}

TEST(BlockingPool, RefusesMoreThanMayWait) {
  BlockingPool<int> pool(resources(1), 1);
  std::promise<void> begun;
  std::promise<void> go_on;
  boost::asio::io_context context;
  auto running = boost::asio::co_spawn(context, pool.run([&](int&) {
    begun.set_value();
    go_on.get_future().wait();
  }),
                                       boost::asio::use_future);
  context.poll();
  begun.get_future().wait();
  auto waiting = boost::asio::co_spawn(context, pool.run([](int&) { return 7; }), boost::asio::use_future);
  context.poll();

  try {
    support::run(pool.run([](int&) {}));
    ADD_FAILURE() << "the third was expected to be refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::overloaded);
  }

  go_on.set_value();
  context.run();
  EXPECT_NO_THROW(running.get());
  EXPECT_EQ(waiting.get(), 7);
}

}  // namespace
}  // namespace annals::io
