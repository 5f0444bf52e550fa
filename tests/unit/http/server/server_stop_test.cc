// How the server stops.
#include <list>

#include <gtest/gtest.h>

#include "http/server/server.h"
#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"

namespace annals::http {
namespace {

using std::chrono::milliseconds;

TEST(ServerStop, ClosesIdleConnectionsAndAcceptsNoMore) {
  RunningServer running;
  RawClient fresh(running.port());
  RawClient used(running.port());
  used.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(used.read_reply().status, 200);

  running.server().stop();

  EXPECT_TRUE(running.server().wait_closed(kPatience));
  EXPECT_TRUE(used.is_closed_by_server());
  EXPECT_THROW(RawClient(running.port()), boost::system::system_error);
}

TEST(ServerStop, ARunningRequestIsAnsweredFirst) {
  RunningServer running;
  RawClient client(running.port());
  client.send("GET /waits HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return running.waiting() == 1; }));

  running.server().stop();

  EXPECT_FALSE(running.server().wait_closed(milliseconds(50))) << "a request still runs";
  running.release();
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_TRUE(running.server().wait_closed(kPatience));
}

TEST(ServerStop, MayBeCalledTwiceAndFromSeveralThreads) {
  RunningServer running;
  std::list<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    RawClient& client = clients.emplace_back(running.port());
    client.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 200);
  }
  {
    std::vector<std::jthread> stoppers;
    stoppers.reserve(4);
    for (int i = 0; i < 4; ++i) stoppers.emplace_back([&running] { running.server().stop(); });
  }
  EXPECT_TRUE(running.server().wait_closed(kPatience));
}

TEST(ServerStop, AServerThatNeverStartedIsClosed) {
  boost::asio::io_context io;
  const Router router;
  Server server(io.get_executor(), "127.0.0.1", 0, router, {});
  server.stop();
  EXPECT_TRUE(server.wait_closed(milliseconds(0)));
}

// Asks again and again, each time over a new connection, until the server is gone.
void ask_until_gone(std::uint16_t port, std::atomic<int>& answered) {
  try {
    for (;;) {
      RawClient client(port);
      if (!client.send("GET /items/whole HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) return;
      const auto text = client.read_to_end();
      if (!text || text->empty()) return;
      EXPECT_TRUE(text->ends_with("\r\n\r\nwhole")) << *text;
      ++answered;
    }
  } catch (const boost::system::system_error& error) {
    const bool closed_while_connecting = error.code() == boost::asio::error::connection_reset;
    EXPECT_TRUE(closed_while_connecting || error.code() == boost::asio::error::connection_refused)
        << error.what();
  }
}

TEST(ServerStop, ManyClientsAtOnceWhileItStopsGetWholeAnswersOrNone) {
  RunningServer running({}, 4);
  std::atomic<int> answered = 0;
  std::vector<std::jthread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) clients.emplace_back([&] { ask_until_gone(running.port(), answered); });
  EXPECT_TRUE(eventually([&] { return answered >= 100; }));
  running.server().stop();
  EXPECT_TRUE(running.server().wait_closed(kPatience));
}

}  // namespace
}  // namespace annals::http
