#include "cli/events/server_sent_events.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

/// Adds a text in parts of one byte and returns the data of the events.
std::vector<std::string> add(ServerSentEvents& events, std::string_view text) {
  std::vector<std::string> all;
  for (const char& c : text) {
    events.add({&c, 1}, [&all](const std::string& data) { all.push_back(data); });
  }
  return all;
}

TEST(ServerSentEvents, AreTakenOnceTheyAreComplete) {
  ServerSentEvents events;
  EXPECT_EQ(add(events, ": annals\nid: 1\n\n"), std::vector<std::string>{});
  EXPECT_EQ(events.last_id(), "1");
  EXPECT_EQ(add(events, "id: 2\r\ndata: {\"a\":1}\r\n\r\nid: 3\ndata:x\n"),
            std::vector<std::string>{"{\"a\":1}"});
  EXPECT_EQ(events.last_id(), "2") << "the third event is not complete";
  EXPECT_EQ(add(events, "\n"), std::vector<std::string>{"x"});
}

TEST(ServerSentEvents, ResumeAfterTheLastCompleteOne) {
  ServerSentEvents events;
  add(events, "id: 1\ndata: a\n\nid: 2\ndata: b\nda");
  events.drop_rest();

  EXPECT_EQ(events.last_id(), "1");
  EXPECT_EQ(add(events, "id: 2\ndata: b\n\n"), std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace annals::cli
