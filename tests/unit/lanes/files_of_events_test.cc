#include <string>
#include <utility>
#include <vector>

#include "unit/lanes/opened_lanes.h"

namespace annals::lanes {
namespace {

using std::chrono::steady_clock;

steady_clock::duration no_time(steady_clock::duration /*commit_time*/) {
  return {};
}

/// Answers once `held` is called that each file has the facts "<its place>:".
boost::asio::awaitable<std::vector<std::string>> facts_of(std::vector<FileId> files, io::Wake* held) {
  co_await io::suspend([held](io::Wake wake) { *held = std::move(wake); });
  std::vector<std::string> facts;
  for (std::size_t i = 0; i < files.size(); ++i) facts.push_back(std::to_string(i) + ":");
  co_return facts;
}

boost::asio::awaitable<std::vector<WriteOutcome>> note_facts(std::vector<const events::Event*> batch,
                                                             std::vector<std::string>* noted) {
  for (const events::Event* event : batch) noted->push_back(event->file_facts);
  co_return std::vector<WriteOutcome>(batch.size(), WriteOutcome::accepted);
}

class FilesOfEventsTest : public OpenedLanes {
 protected:
  FilesOfEventsTest() {
    lanes_.emplace(
        driver_.executor(),
        [this](const events::EventsTable& /*table*/, std::vector<const events::Event*> batch) {
          return note_facts(std::move(batch), &noted_);
        },
        LaneLimits{.max_bytes_waiting = 2000, .gather_time = no_time},
        [this](ClientId /*owner*/, const DatabaseName& /*database*/, std::vector<FileId> files) {
          return facts_of(std::move(files), &looking_);
        });
  }

  Written write_each(const std::vector<bool>& has_file, std::size_t data_bytes = 2) {
    std::vector<events::Event> events;
    for (const bool file : has_file) {
      events.push_back(event_of(1, data_bytes));
      if (file) events.back().file_id = FileId::random();
    }
    Written written(driver_, lanes_->write(table_of("a"), std::move(events)));
    driver_.settle();
    return written;
  }

  io::Wake looking_;
  std::vector<std::string> noted_;  // of the committed events
};

TEST_F(FilesOfEventsTest, AreKnownBeforeTheEventsAreCommitted) {
  auto written = write_each({false, true, false, true});
  EXPECT_TRUE(noted_.empty());

  looking_();

  EXPECT_EQ(written.get().size(), 4U);
  EXPECT_EQ(noted_, (std::vector<std::string>{"", "0:", "", "1:"}));
}

TEST_F(FilesOfEventsTest, HoldUpNoEventWithoutAFile) {
  auto held = write_each({true});

  EXPECT_EQ(write_each({false}).get().size(), 1U);

  EXPECT_FALSE(held.ended());
  looking_();
  held.get();
}

TEST_F(FilesOfEventsTest, AreNotLookedAtWhileTooManyAre) {
  auto held = write_each({true}, 1500);

  try {
    write_each({true}, 1500).get();
    FAIL() << "expected that it is refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::overloaded);
  }

  looking_();
  EXPECT_EQ(held.get().size(), 1U);
}

}  // namespace
}  // namespace annals::lanes
