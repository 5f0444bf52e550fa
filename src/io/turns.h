#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace annals::io {

/// Jobs that wait for a thread. Readers take turns: of each, the job that waits longest, and no reader has
/// all threads. Jobs without a reader come in turn with all readers together. Not thread-safe.
class Turns {
 public:
  /// A job gets the index of its thread, or nullopt if there was no room to wait.
  using Job = std::move_only_function<void(std::optional<std::size_t> thread)>;

  /// A Reader says who wants the job done.
  struct Reader {
    std::string name = {};    // jobs of one name are limited together; empty: not limited
    bool takes_long = false;  // it may run as long as it likes, so a thread is kept free of such jobs
  };

  struct Limits {
    std::size_t waiting;         // jobs that may wait
    std::size_t waiting_of_one;  // of one reader
    std::size_t running;         // jobs that take long, of all readers
    std::size_t running_of_one;  // of one reader
  };

  /// A job whose turn it is.
  struct Taken {
    Job job;
    Reader reader;
  };

  explicit Turns(Limits limits) : limits_(limits) {}

  /// Takes the job, or leaves it and returns false if there is no room.
  [[nodiscard]] bool push(const Reader& reader, Job& job);
  /// Returns the next job that may run now. It runs until ended().
  std::optional<Taken> pop();
  void ended(const Reader& reader);

  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// Returns how many jobs wait.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Waiting {
    std::deque<Taken> jobs;
    std::size_t running = 0;
  };

  std::optional<Taken> pop_other();
  std::optional<Taken> pop_of_reader();
  [[nodiscard]] bool may_run(const Waiting& waiting) const;

  const Limits limits_;
  std::deque<Taken> others_;                // without a reader's name
  std::map<std::string, Waiting> readers_;  // those that have a job, waiting or running
  std::string last_;                        // whose turn it was
  std::size_t size_ = 0;
  std::size_t running_ = 0;  // jobs that take long
  bool others_next_ = false;
};

}  // namespace annals::io
