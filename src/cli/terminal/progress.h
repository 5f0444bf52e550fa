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

/// The values that a line of progress shows.
struct ProgressState {
  Amount before = {};               // what an earlier run had done
  Amount done = {};                 // including `before`
  std::optional<double> part = {};  // of the whole, 0 to 1; nullopt if the whole is unknown
  double part_before = 0;
  std::chrono::milliseconds elapsed{};  // of this run
};

/// Returns what fits into `width` columns of "[======>     ]  43 %  1230000 rows  51200 rows/s  296.5
/// MiB  12.3 MiB/s  0:42 left", without the bar and the time left if the whole is unknown, and without the
/// rows if there are none. If it does not fit, the bar becomes shorter, then disappears, and then one number
/// after the other, the part of the whole last.
std::string progress_line(const ProgressState& state, std::size_t width);

/// Returns a number of bytes as "51.2 MiB".
std::string size_text(double bytes);

/// Shows the progress of a long command on standard error: on a terminal a bar that is redrawn in place, else
/// a line every ten seconds.
class Progress {
 public:
  /// The expected total, in rows or in bytes; 0: unknown. Progress is measured in rows if they are known.
  struct Whole {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
  };
  Progress(std::string_view command, Whole whole, Amount before);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(Amount done);
  /// Prints a line of text, above the bar if one is shown.
  void say(std::string_view text);
  /// Removes the bar.
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
