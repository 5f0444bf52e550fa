#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "events/event.h"
#include "events/events_table.h"
#include "lanes/moves.h"
#include "models/disk.h"
#include "models/schedule.h"
#include "support/machine/temporary_directory.h"
#include "support/simulated/scripted_engine.h"
#include "support/simulated/simulated_table.h"
#include "tenants/belonging.h"

namespace annals::models {

/// One instance of the service with the embedded engine: the journal, the commits to it and the moves out of
/// it are the real ones, on real files. The process may be killed or lose its power between any two steps of
/// its work on files and on the engine; it is then started again with what is left. Not thread-safe.
///
/// Records of two requests never share a commit of the journal here, and no segment is made in advance: both
/// are races between the journal's threads, and a run could not be made again.
class JournalWorld {
 public:
  JournalWorld(Choices& choices, Visited& visited, Bounds bounds);
  ~JournalWorld();
  JournalWorld(const JournalWorld&) = delete;
  JournalWorld& operator=(const JournalWorld&) = delete;

  /// What is done at the same time. An event is named by a letter, that of the second tenant's by a capital.
  struct Plan {
    std::vector<std::string> sends = {};  // events that come in one request each, one request after the other
    std::set<char> large = {};            // events that fill an insert by themselves
    int rounds = 2;                       // in which the background moves and releases
    bool reads = false;                   // somebody reads the first tenant
    bool deletes_second = false;          // the second tenant is deleted
    bool expires = false;                 // the first tenant's events reach the end of their retention
  };

  /// Carries the plan out, and again after each crash as far as it is not done. Then lets everything end well
  /// and be sent once more. Returns what is wrong, "" if nothing is, or if it was seen before.
  std::string run(Plan plan);

 private:
  using Awaitable = boost::asio::awaitable<void>;
  struct Instance;
  struct Tenant;
  enum class Life : std::uint8_t { active, deleting, gone };

  void begin();
  int start(const char* name, Awaitable (JournalWorld::*work)(int process));
  void settle();
  void restart();
  void at_step(const std::string& step);
  [[nodiscard]] std::vector<Disk::Loss> losses() const;
  void die(Disk::Loss loss);
  [[nodiscard]] std::vector<Schedule::Event> events();
  [[nodiscard]] std::string state() const;

  Awaitable send(int process);
  Awaitable move(int process);
  Awaitable read(int process);
  Awaitable delete_second(int process);
  Awaitable expire(int process);
  Awaitable end_well(int process);

  Awaitable commit(int process, std::string names);
  Awaitable remove_second(int process);
  Awaitable insert(int process, engine::Insert insert);
  boost::asio::awaitable<std::string> query(int process, engine::Statement statement);
  Awaitable scan(int process, engine::Statement statement, engine::Engine::Sink sink);
  Awaitable make_durable(int process);
  boost::asio::awaitable<lanes::Moves::Whereabouts> find(ClientId owner);
  Awaitable reach(int process, std::string text, std::function<void()> effect = {});
  [[nodiscard]] events::EventsTable table_of(int process, const Tenant& tenant);
  [[nodiscard]] Tenant& tenant_of(char name) const;
  [[nodiscard]] Tenant& tenant_named_in(const std::string& sql) const;
  [[nodiscard]] std::string fault_of(char name) const;
  [[nodiscard]] std::string traces_of_second() const;
  void blame(const std::string& fault);
  [[nodiscard]] std::string fault_in(const Tenant& tenant) const;
  [[nodiscard]] std::string fault() const;

  Plan plan_;
  support::TemporaryDirectory directory_;
  Disk disk_{directory_.path()};
  std::vector<std::unique_ptr<Tenant>> tenants_;
  std::set<std::string> sent_;
  std::set<char> acknowledged_;
  std::set<char> expired_;
  std::string fault_;  // that was seen on the way
  bool calm_ = false;
  bool is_restarting_ = false;
  int background_ = 0;              // the process that moves and releases
  std::atomic<bool> dead_ = false;  // what the process does now is not done any more
  Disk::Files left_;                // after the crash
  bool loses_rows_ = false;
  std::size_t inserts_ = 0;  // a hash of what became of them
  std::unique_ptr<Instance> instance_;
  Schedule schedule_;
};

}  // namespace annals::models
