#pragma once

namespace annals::cli {

/// Exit codes of the program.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kMistake = 2;   // in the arguments or the configuration
inline constexpr int kRejected = 3;  // done, but some of the lines to import are not events

}  // namespace annals::cli
