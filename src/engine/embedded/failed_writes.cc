#include "engine/embedded/failed_writes.h"

#include <cerrno>

#include "engine/embedded/failed_sync.h"
#include "io/descriptor.h"

namespace annals::engine {

void FailedWrites::check(const Ask& ask) {
  const std::string failed =
      ask("SELECT value FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed' "
          "AND value > 0 FORMAT TabSeparated");
  if (failed.empty()) return;
  if (!noted_.exchange(true)) note_failed_sync(directory_);
  io::fail(EIO, "a write of the engine has failed");
}

}  // namespace annals::engine
