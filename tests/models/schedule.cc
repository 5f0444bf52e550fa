#include "models/schedule.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>

#include "models/ordered_ids.h"
#include "models/virtual_clock.h"

namespace annals::models {
namespace {

using engine::EngineError;
using Kind = EngineError::Kind;

constexpr int kMostSteps = 5'000;  // of a run; more, and it goes round in circles

void mix(std::size_t& hash, const std::string& text) {
  constexpr std::size_t kGolden = 0x9e3779b97f4a7c15;
  hash ^= std::hash<std::string>()(text) + kGolden + (hash << 6U) + (hash >> 2U);
}

/// Returns a text in which no number is one of milliseconds or seconds since 1970, and none a hash: what of
/// them matters is in the shared state.
std::string without_times(std::string_view text) {
  constexpr std::size_t kShortest = 9;
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end - at >= kShortest) {
      result += "…";
    } else {
      end = std::max(end, at + 1);
      result += text.substr(at, end - at);
    }
    at = end;
  }
  return result;
}

std::string on_one_line(const std::string& text) {
  constexpr std::size_t kHalf = 100;  // a statement's beginning says what it does, its end to what
  std::string line;
  for (const char c : text) {
    const bool is_space = c == '\n' || c == ' ';
    if (!is_space || (!line.empty() && line.back() != ' ')) line += is_space ? ' ' : c;
  }
  return line.size() > 2 * kHalf ? line.substr(0, kHalf) + " … " + line.substr(line.size() - kHalf) : line;
}

}  // namespace

Schedule::Schedule(Choices& choices, Visited& visited, Bounds bounds, Hooks hooks)
    : choices_(choices), visited_(visited), left_(bounds), hooks_(std::move(hooks)) {}

Schedule::~Schedule() {
  closing_ = true;
  kill_all();
}

int Schedule::start(std::string name, const std::function<boost::asio::awaitable<void>(int)>& work) {
  const auto number = static_cast<int>(processes_.size());
  processes_.push_back(std::make_unique<Process>(Process{.name = std::move(name)}));
  make_ids_for(number);
  processes_.back()->work = std::make_unique<support::Started<void>>(driver_, work(number));
  settle();
  return number;
}

boost::asio::awaitable<std::string> Schedule::make(int process, Call call) {
  auto pending = std::make_shared<Pending>(Pending{.call = std::move(call)});
  co_await io::suspend([this, process, pending](io::Wake wake) {
    pending->wake = std::move(wake);
    processes_.at(static_cast<std::size_t>(process))->pending = pending;
  });
  if (pending->error) std::rethrow_exception(pending->error);
  co_return std::move(pending->answer);
}

bool Schedule::run() {
  for (int steps = 0; steps < kMostSteps; ++steps) {
    bool all_over = true;
    for (int process = 0; std::cmp_less(process, processes_.size()); ++process) {
      all_over = all_over && is_over(process);
    }
    if (all_over) return true;
    if (!step()) return false;
  }
  throw std::runtime_error("the processes go round in circles");
}

bool Schedule::step() {
  if (!calm_ && is_visited()) return false;
  auto all = options();
  if (all.empty()) {
    let_time_pass();
    return true;
  }
  const Event& chosen = all[choices_.take(all.size())];
  if (choices_.tells()) choices_.tell(chosen.text);
  if (chosen.is_fault) --left_.faults;
  chosen.happen();
  settle();
  return true;
}

/// Returns whether the present state was met before, in a run that has not been here yet.
bool Schedule::is_visited() {
  if (!choices_.is_new()) return false;
  std::size_t hash = static_cast<std::size_t>(current_);
  mix(hash, hooks_.state());
  for (int process = 0; std::cmp_less(process, processes_.size()); ++process) {
    const Process& one = *processes_[static_cast<std::size_t>(process)];
    if (!is_over(process)) mix(hash, fmt::format("{} {} {}", process, one.history, one.pending != nullptr));
  }
  std::vector<std::string> late;
  for (const Late& one : late_) {
    using Seconds = std::chrono::seconds;
    const bool is_bounded = one.until != std::chrono::nanoseconds::max();
    const Seconds left = is_bounded ? std::chrono::round<Seconds>(one.until - virtual_time()) : Seconds(-1);
    late.push_back(fmt::format("{} {}", without_times(one.call.text), left.count()));
  }
  std::ranges::sort(late);
  for (const std::string& text : late) mix(hash, text);
  return !visited_.add(hash, left_);
}

std::vector<Schedule::Event> Schedule::options() {
  std::vector<Event> options;
  add_turns(options);
  if (calm_) {
    if (options.size() > 1) options.resize(1);
    return options;
  }
  if (options.empty()) return options;
  for (std::size_t i = 0; i < late_.size(); ++i) {
    options.push_back({.text = choices_.tells() ? "late: " + on_one_line(late_[i].call.text) : "",
                       .happen = [this, i] { do_late(i); },
                       .is_fault = false});
  }
  if (left_.faults > 0) {
    for (Event& event : hooks_.events()) options.push_back(std::move(event));
  }
  return options;
}

/// Adds what each process may get, that first whose turn it is.
void Schedule::add_turns(std::vector<Event>& options) {
  const auto count = static_cast<int>(processes_.size());
  const bool current_calls = processes_[static_cast<std::size_t>(current_)]->pending != nullptr;
  for (int i = 0; i < count; ++i) {
    const int process = (current_ + i) % count;
    if (processes_[static_cast<std::size_t>(process)]->pending == nullptr) continue;
    const int switches = i > 0 && current_calls && !calm_ ? 1 : 0;
    if (switches <= left_.switches) add_fates(options, process, switches);
    if (calm_) return;
  }
  if (!options.empty() && anybody_pauses() && left_.switches > 0) {
    options.push_back({.text = "time passes for those who wait",
                       .happen =
                           [this] {
                             --left_.switches;
                             let_time_pass();
                           },
                       .is_fault = false});
  }
}

void Schedule::add_fates(std::vector<Event>& options, int process, int switches) {
  const Process& one = *processes_[static_cast<std::size_t>(process)];
  const Call& call = one.pending->call;
  const std::string text = choices_.tells() ? one.name + ": " + on_one_line(call.text) : "";
  const auto add = [&](const char* fate, bool is_fault, auto happen) {
    options.push_back({.text = choices_.tells() ? text + fate : "",
                       .happen =
                           [this, process, switches, happen] {
                             left_.switches -= switches;
                             current_ = process;
                             happen();
                           },
                       .is_fault = is_fault});
  };
  add("", false, [this, process] { answer(process); });
  if (left_.faults == 0 || calm_ || !call.may_fail) return;
  add(" | fails", true, [this, process] { refuse(process, Kind::unavailable, "fails"); });
  if (call.changes_something) {
    add(" | is done, the answer is lost", true, [this, process] {
      do_quietly(processes_[static_cast<std::size_t>(process)]->pending->call);
      refuse(process, Kind::unknown, "lost");
    });
    if (call.may_come_late) {
      add(" | times out and comes later", true, [this, process] {
        put_off(processes_[static_cast<std::size_t>(process)]->pending->call);
        refuse(process, Kind::unknown, "lost");
      });
    }
    if (call.may_be_repeated) {
      add(" | is done, and comes once more later", true, [this, process] {
        put_off(processes_[static_cast<std::size_t>(process)]->pending->call);
        answer(process);
      });
    }
  }
  if (hooks_.crashed) add_crashes(options, process);
}

void Schedule::add_crashes(std::vector<Event>& options, int process) {
  const Process& one = *processes_[static_cast<std::size_t>(process)];
  const Call& call = one.pending->call;
  const std::string text = choices_.tells() ? one.name + " crashes at: " + on_one_line(call.text) : "";
  const auto add = [&](const char* fate, auto happen) {
    options.push_back({.text = choices_.tells() ? text + fate : "",
                       .happen =
                           [this, process, happen] {
                             happen(processes_[static_cast<std::size_t>(process)]->pending->call);
                             kill(process);
                             hooks_.crashed(process);
                           },
                       .is_fault = true});
  };
  add(" | which is not done", [](const Call& /*call*/) {});
  if (!call.changes_something) return;
  add(" | which is done", [this](const Call& one) { do_quietly(one); });
  if (call.may_come_late) add(" | which comes later", [this](const Call& one) { put_off(one); });
}

void Schedule::answer(int process) {
  Pending& pending = *processes_[static_cast<std::size_t>(process)]->pending;
  std::string fate;
  try {
    pending.answer = pending.call.effect();
    fate = "answer " + pending.answer;
  } catch (const EngineError& error) {
    pending.error = std::current_exception();
    fate = std::string("refused ") + error.what();
  }
  resume(process, fate);
}

void Schedule::refuse(int process, Kind kind, const std::string& fate) {
  processes_[static_cast<std::size_t>(process)]->pending->error =
      std::make_exception_ptr(EngineError(kind, 0, "as the choices have it: " + fate));
  resume(process, fate);
}

void Schedule::resume(int process, const std::string& fate) {
  Process& one = *processes_[static_cast<std::size_t>(process)];
  const auto pending = std::exchange(one.pending, nullptr);
  mix(one.history, without_times(pending->call.text));
  mix(one.history, without_times(fate));
  make_ids_for(process);
  pending->wake();
}

/// Does what nobody waits for any more.
void Schedule::do_quietly(const Call& call) {
  try {
    call.effect();
  } catch (const EngineError&) {
    if (choices_.tells()) choices_.tell("  (which the engine refuses)");
  }
}

void Schedule::do_late(std::size_t which) {
  const Call call = late_[which].call;
  late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(which));
  do_quietly(call);
}

void Schedule::calm_down() {
  calm_ = true;
  while (!late_.empty()) {
    if (choices_.tells()) choices_.tell("at last: " + on_one_line(late_.front().call.text));
    do_late(0);
  }
}

void Schedule::kill(int process) {
  Process& one = *processes_.at(static_cast<std::size_t>(process));
  one.is_killed = true;
  if (one.work->ended()) return;
  one.work->cancel();
  // What the coroutine does when it ends may make another call, which dies too.
  do {
    const auto pending = std::exchange(one.pending, nullptr);
    if (pending) pending->wake = {};  // it holds the coroutine, which holds the call
    settle();
  } while (one.pending != nullptr);
}

void Schedule::kill_all() {
  const auto calls = [](const auto& process) { return process->pending != nullptr; };
  do {  // the end of one may wake another
    for (int process = 0; std::cmp_less(process, processes_.size()); ++process) kill(process);
  } while (std::ranges::any_of(processes_, calls));
}

bool Schedule::is_over(int process) const {
  const Process& one = *processes_.at(static_cast<std::size_t>(process));
  return one.is_killed || one.work->ended();
}

void Schedule::put_off(const Call& call) {
  constexpr auto kNever = std::chrono::nanoseconds::max();
  late_.push_back({.call = call, .until = call.latest == kNever ? kNever : virtual_time() + call.latest});
}

void Schedule::pass(std::chrono::nanoseconds time) {
  for (std::size_t i = 0; i < late_.size();) {
    if (late_[i].until > virtual_time() + time) {
      ++i;
      continue;
    }
    if (choices_.tells()) choices_.tell("at the latest now: " + on_one_line(late_[i].call.text));
    do_late(i);
  }
  set_forward(time);
  for (const auto& process : processes_) mix(process->history, fmt::format("{} pass", time.count()));
}

void Schedule::settle() {
  if (hooks_.settle) {
    hooks_.settle();
  } else {
    driver_.settle();
  }
  for (const auto& process : processes_) {
    if (!closing_ && process->work && process->work->ended() && !process->is_killed &&
        process->pending == nullptr) {
      process->work->get();
      process->is_killed = true;
    }
  }
}

void Schedule::let_time_pass() {
  if (choices_.tells()) choices_.tell("time passes");
  pass(hooks_.clock_step);
  // Asio looks at the clock when its first timer is due by the real one, so this one is before all others.
  boost::asio::steady_timer timer(driver_.executor(), std::chrono::steady_clock::time_point());
  timer.async_wait([](const boost::system::error_code& /*error*/) {});
  settle();
}

bool Schedule::anybody_pauses() const {
  for (int process = 0; std::cmp_less(process, processes_.size()); ++process) {
    if (!is_over(process) && processes_[static_cast<std::size_t>(process)]->pending == nullptr) return true;
  }
  return false;
}

}  // namespace annals::models
