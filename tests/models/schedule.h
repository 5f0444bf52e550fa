#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "io/wake.h"
#include "models/choices.h"
#include "support/coroutines/driven.h"

namespace annals::models {

/// Something that a process asks the engine for.
struct Call {
  std::string text;                     // says everything about it
  std::function<std::string()> effect;  // does it and returns the answer; throws EngineError if it is refused
  bool may_fail = true;
  bool changes_something = true;
  bool may_come_late = true;  // its client may have given up before the engine does it
  std::chrono::nanoseconds latest = std::chrono::nanoseconds::max();  // so late at most
  bool may_be_repeated = true;  // by whatever is between the client and the engine
};

/// Runs processes, each a coroutine, and lets choices decide whose call is answered next and what becomes of
/// it. What a process does between two calls happens at once. Not thread-safe.
class Schedule {
 public:
  /// An event that is nobody's call.
  struct Event {
    std::string text;
    std::function<void()> happen;
    bool is_fault = true;
  };
  struct Hooks {
    std::function<std::string()> state;          // all that processes share
    std::function<std::vector<Event>()> events;  // that may happen now
    std::function<void(int process)> crashed;    // a process has crashed; null: none does
    std::function<void()> settle = {};      // returns once every process waits; null: there is one thread
    std::chrono::nanoseconds clock_step{};  // by which the clock goes when nobody can go on
  };

  Schedule(Choices& choices, Visited& visited, Bounds bounds, Hooks hooks);
  ~Schedule();
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// Starts a process and returns its number. `work` is called at once.
  int start(std::string name, const std::function<boost::asio::awaitable<void>(int process)>& work);

  /// Makes a call for a process, which may have one at a time.
  boost::asio::awaitable<std::string> make(int process, Call call);

  /// Runs until all processes have ended or crashed. Returns false if a state was met before: the run is not
  /// worth its time then.
  bool run();

  /// Lets everything go well from now on: nothing is chosen and no state is noted. What is late comes now.
  void calm_down();
  /// Lets the choices decide again.
  void wake_up() { calm_ = false; }

  /// Ends a process, or all of them, where they are. The coroutines are destroyed.
  void kill(int process);
  void kill_all();
  [[nodiscard]] bool is_over(int process) const;

  /// Sets the clock forward. What cannot come so late comes before.
  void pass(std::chrono::nanoseconds time);

  [[nodiscard]] Choices& choices() { return choices_; }
  [[nodiscard]] support::Driver& driver() { return driver_; }
  [[nodiscard]] bool has_faults_left() const { return left_.faults > 0; }
  void spend_fault() { --left_.faults; }
  void settle();

 private:
  struct Pending {
    Call call;
    io::Wake wake = {};
    std::string answer = {};
    std::exception_ptr error = {};
  };
  struct Process {
    std::string name;
    std::unique_ptr<support::Started<void>> work = {};
    std::shared_ptr<Pending> pending = {};
    std::size_t history = 0;  // a hash of all that it has learned
    bool is_killed = false;
  };

  bool step();
  [[nodiscard]] bool is_visited();
  [[nodiscard]] std::vector<Event> options();
  void add_turns(std::vector<Event>& options);
  void add_fates(std::vector<Event>& options, int process, int switches);
  void add_crashes(std::vector<Event>& options, int process);
  void answer(int process);
  void refuse(int process, engine::EngineError::Kind kind, const std::string& fate);
  void resume(int process, const std::string& fate);
  void do_quietly(const Call& call);
  void put_off(const Call& call);
  void do_late(std::size_t which);
  void let_time_pass();
  [[nodiscard]] bool anybody_pauses() const;

  Choices& choices_;
  Visited& visited_;
  Bounds left_;
  Hooks hooks_;
  support::Driver driver_;
  std::vector<std::unique_ptr<Process>> processes_;
  struct Late {
    Call call;
    std::chrono::nanoseconds until;
  };
  std::vector<Late> late_;
  int current_ = 0;
  bool calm_ = false;
  bool closing_ = false;
};

}  // namespace annals::models
