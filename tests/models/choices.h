#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace annals::models {

/// The limits of a model. What may go wrong and what may be interrupted in one run is counted, not drawn.
struct Bounds {
  int faults = 0;    // answers that are lost, crashes, leases that run out, …
  int switches = 0;  // turns that are taken from a process although it could go on
};

/// The choices of one run: those of a list first, and always the first option after that. Thread-safe.
class Choices {
 public:
  using List = std::vector<std::size_t>;

  /// If the run `tells`, it keeps a line for each thing that happens.
  explicit Choices(List list, bool tells = false) : list_(std::move(list)), tells_(tells) {}

  /// Chooses one of so many options.
  std::size_t take(std::size_t options) {
    if (options < 2) return 0;
    const std::scoped_lock lock(mutex_);
    const std::size_t at = taken_.size();
    taken_.push_back({.option = at < list_.size() ? list_[at] : 0, .options = options});
    return taken_.back().option;
  }

  /// Returns whether the list is used up, so that what follows was not tried before.
  [[nodiscard]] bool is_new() const {
    const std::scoped_lock lock(mutex_);
    return taken_.size() >= list_.size();
  }

  /// Returns the list of the run that comes next in depth-first order, or nullopt after the last one.
  [[nodiscard]] std::optional<List> next() const {
    List next = taken();
    while (!next.empty() && next.back() + 1 >= taken_[next.size() - 1].options) next.pop_back();
    if (next.empty()) return std::nullopt;
    ++next.back();
    return next;
  }

  [[nodiscard]] List taken() const {
    List list;
    for (const Taken& one : taken_) list.push_back(one.option);
    return list;
  }

  [[nodiscard]] bool tells() const { return tells_; }
  void tell(std::string line) {
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  struct Taken {
    std::size_t option;
    std::size_t options;
  };

  const List list_;
  const bool tells_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Taken> taken_;
  std::vector<std::string> lines_;
};

/// The states that were met so far. A state is given as a hash. Not thread-safe.
class Visited {
 public:
  /// Returns false if the state was met before with as much or more left of each bound: whatever can follow
  /// now was tried then, or will be.
  bool add(std::size_t state, Bounds left) {
    auto& before = states_[state];
    for (const Bounds& one : before) {
      if (one.faults >= left.faults && one.switches >= left.switches) return false;
    }
    before.push_back(left);
    return true;
  }

  [[nodiscard]] std::size_t size() const { return states_.size(); }

 private:
  std::unordered_map<std::size_t, std::vector<Bounds>> states_;
};

/// Tries every run of a model within its bounds, without what begins in a state that was met before, and
/// prints how many there were. `run` makes one run and returns what is wrong after it, "" if nothing is. A
/// fault fails the test with the list of choices and everything that happened.
///
/// ANNALS_MODEL_FAULTS and ANNALS_MODEL_SWITCHES change the bounds, and ANNALS_MODEL_CHOICES=0,2,1 makes one
/// run only, with these choices.
using Run = std::function<std::string(Choices& choices, Visited& visited, Bounds bounds)>;
void try_all(const std::string& name, Bounds bounds, const Run& run);

}  // namespace annals::models
