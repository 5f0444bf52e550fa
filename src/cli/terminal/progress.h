#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals::cli {

struct Amount {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

/// What a line of progress tells.
struct ProgressState {
  Amount before = {};               // what an earlier run had done
  Amount done = {};                 // that included
  std::optional<double> part = {};  // of the whole, 0 to 1; nothing when that is not known
  double part_before = 0;
  std::chrono::milliseconds elapsed{};  // of this run
};

/// "[======>     ]  43 %  1230000 rows  51200 rows/s  12.3 MiB/s  0:42 left"; without the bar and the time
/// left where the whole is not known.
std::string progress_line(const ProgressState& state);

/// "51.2 MiB"
std::string size_text(double bytes);

/// Shows how far a long command is, on standard error: on a terminal a bar that is drawn again in place, else
/// a line now and then.
class Progress {
 public:
  /// Which of the two amounts tells how far it is, and how large it will be; 0: not known.
  struct Whole {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
  };
  Progress(std::string_view command, Whole whole, Amount before);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(Amount done);
  /// Prints a line of text, above the bar where there is one.
  void say(std::string_view text);
  /// Takes the bar away.
  void clear();

  [[nodiscard]] std::chrono::milliseconds elapsed() const;

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::optional<double> part(Amount done) const;

  const std::string command_;
  const Whole whole_;
  const Amount before_;
  const bool terminal_;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point shown_ = started_;
  bool drawn_ = false;
};

}  // namespace annals::cli
