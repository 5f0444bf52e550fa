// Many commits of several instances on one table, in orders that a seed decides, while statements are lost,
// late or half done: whatever happens, the promises hold.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "lanes/commits.h"
#include "support/coroutines/driven.h"
#include "support/coroutines/rounds.h"
#include "support/coroutines/turns.h"
#include "support/simulated/scripted_engine.h"
#include "support/simulated/simulated_table.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using engine::Insert;
using events::Event;
using support::ScriptedEngine;
using support::SimulatedTable;
using Kind = EngineError::Kind;

/// One world: a table, some instances that write to it, and a reader in the order of arrival.
class World {
 public:
  explicit World(unsigned seed) : turns_(seed) {
    simulated_.now += static_cast<std::int64_t>(turns_.below(1000));
    const std::size_t instances = 1 + turns_.below(3);
    for (std::size_t i = 0; i < instances; ++i) instances_.push_back(std::make_unique<Instance>(*this));
    for (std::size_t i = 0; i < 2 + turns_.below(8); ++i) ids_.push_back(EventId::random());
  }

  void run() {
    for (auto& instance : instances_) {
      running_.push_back(std::make_unique<support::Started<void>>(driver_, send_some(*instance)));
    }
    const auto ended = [](const auto& one) { return one->ended(); };
    while (!std::ranges::all_of(running_, ended)) {
      driver_.settle();
      happen();
      turns_.give();
    }
    while (!late_.empty()) do_late();
    read();
  }

  /// Returns what is wrong, "" if nothing is.
  [[nodiscard]] std::string fault() const {
    std::multiset<EventId> stored;
    std::set<std::uint64_t> arrivals;
    for (const auto& row : simulated_.rows) {
      stored.insert(row.id);
      if (!arrivals.insert(row.arrival).second) return "two events have one arrival";
    }
    for (const EventId& id : ids_) {
      if (const std::string fault = fault_of(id, stored.count(id)); !fault.empty()) return fault;
    }
    auto rows = simulated_.rows;
    std::ranges::sort(rows, {}, &SimulatedTable::Row::arrival);
    std::vector<EventId> in_order;
    for (const auto& row : rows) in_order.push_back(row.id);
    return in_order == read_ ? "" : "a reader missed an event, or saw one twice or out of order";
  }

 private:
  /// Returns what is wrong with an event that the table has so often.
  [[nodiscard]] std::string fault_of(const EventId& id, std::size_t stored) const {
    const bool is_acknowledged = acknowledged_.contains(id);
    if (stored > 1) return "an event is stored twice";
    if (is_acknowledged && stored == 0) return "an acknowledged event is lost";
    if (accepted_.count(id) > 1) return "an event was accepted twice";
    const bool is_told = is_acknowledged && !doubtful_.contains(id);
    return is_told && !accepted_.contains(id) ? "an event that nobody else sent was called a duplicate" : "";
  }

  /// A process: its commits, and its way to the table.
  struct Instance {
    explicit Instance(World& world)
        : commits({.retry_for = std::chrono::milliseconds(world.turns_.below(2) * 20'000),
                   .retry_pause = std::chrono::milliseconds(0)}) {
      world.simulated_.answer_for(engine);
      engine.on_query = [&world](engine::Statement statement) { return world.query(std::move(statement)); };
      engine.on_insert = [&world](Insert insert) { return world.insert(std::move(insert)); };
    }

    ScriptedEngine engine;
    Commits commits;
  };

  /// Sends events of the world, some of them again, until a number of requests is over.
  // NOLINTNEXTLINE(*-reference-coroutine-parameters): the instance lives as long as the world
  awaitable<void> send_some(Instance& instance) {
    const std::size_t requests = 1 + turns_.below(6);
    for (std::size_t i = 0; i < requests; ++i) {
      std::vector<Event> events;
      for (std::size_t n = 1 + turns_.below(3); n > 0; --n) {
        events.push_back({.event_id = ids_[turns_.below(ids_.size())], .event_time = {}, .event_data = "1"});
      }
      co_await send(instance, std::move(events));
    }
  }

  // NOLINTNEXTLINE(*-reference-coroutine-parameters): the instance lives as long as the world
  awaitable<void> send(Instance& instance, std::vector<Event> events) {
    std::vector<const Event*> pointers;
    for (const Event& event : events) pointers.push_back(&event);
    try {
      const auto outcomes = co_await instance.commits.commit(
          {.engine = instance.engine, .database = DatabaseName::parse("demo").value(), .owner = owner_},
          pointers);
      for (std::size_t i = 0; i < events.size(); ++i) {
        acknowledged_.insert(events[i].event_id);
        if (outcomes[i] == WriteOutcome::accepted) accepted_.insert(events[i].event_id);
      }
    } catch (const EngineError&) {
      for (const Event& event : events) doubtful_.insert(event.event_id);  // nothing was promised
    }
  }

  awaitable<std::string> query(engine::Statement statement) {
    co_await turns_.wait();
    if (turns_.once_in(30)) throw EngineError(Kind::unavailable, 0, "not now");
    co_return simulated_.query(statement);
  }

  awaitable<void> insert(Insert insert) {
    co_await turns_.wait();
    switch (turns_.below(8)) {
      case 0:  // it never comes
        break;
      case 1:  // it comes later
        late_.push_back(std::move(insert));
        break;
      case 2:  // its answer is lost
        simulated_.insert(insert);
        break;
      case 3:  // the server dies in between
        simulated_.note_token(insert);
        break;
      case 4:  // something repeats it
        late_.push_back(insert);
        [[fallthrough]];
      default:
        simulated_.insert(insert);
        co_await turns_.wait();
        co_return;
    }
    throw EngineError(Kind::unknown, 0, "no answer");
  }

  /// Lets something happen that is nobody's turn.
  void happen() {
    if (!late_.empty() && turns_.once_in(6)) do_late();
    if (turns_.once_in(4)) read();
    if (turns_.once_in(40)) simulated_.now += static_cast<std::int64_t>(turns_.below(300));
  }

  void do_late() {
    const Insert insert = turns_.take(late_);
    try {
      simulated_.insert(insert);
    } catch (const EngineError&) {
      ++failures_;  // it is too late
    }
  }

  /// Reads one page in the order of arrival.
  void read() {
    auto rows = simulated_.rows;
    std::erase_if(rows, [this](const auto& row) { return row.arrival <= cursor_; });
    std::ranges::sort(rows, {}, &SimulatedTable::Row::arrival);
    for (const auto& row : rows) {
      read_.push_back(row.id);
      cursor_ = row.arrival;
    }
  }

  support::Turns turns_;
  ClientId owner_ = ClientId::random();
  support::Driver driver_;
  SimulatedTable simulated_;
  std::vector<EventId> ids_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::vector<Insert> late_;
  std::set<EventId> acknowledged_;
  std::set<EventId> doubtful_;  // they were in a request that failed
  std::multiset<EventId> accepted_;
  std::vector<EventId> read_;
  std::uint64_t cursor_ = 0;
  int failures_ = 0;
  std::vector<std::unique_ptr<support::Started<void>>> running_;
};

TEST(RandomCommits, LoseNothingAndShowEverythingOnceAndInOrder) {
  support::for_each_seed([](unsigned seed) {
    World world(seed);
    world.run();
    return world.fault();
  });
}

}  // namespace
}  // namespace annals::lanes
