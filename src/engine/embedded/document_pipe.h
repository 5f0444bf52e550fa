#pragma once

#include <functional>
#include <string>

#include "engine/connection.h"

namespace annals::engine {

/// Passes on what `write` writes to the file whose path it gets, as it is written. The file is a pipe: it
/// takes no room on a disk, and it is read to its end even if `sink` wants no more, because the library does
/// not notice that a write fails (26.7). Blocks until `write`, which runs on a thread of its own, has ended.
/// Throws what `write` throws, after `sink` got everything that was written, and std::system_error.
void read_document(const std::function<void(const std::string& path)>& write, const Connection::Sink& sink);

}  // namespace annals::engine
