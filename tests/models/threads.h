#pragma once

namespace annals::models {

/// Returns whether all threads of this program but the calling one sleep: then nothing happens until the
/// calling one does something.
bool other_threads_sleep();

}  // namespace annals::models
