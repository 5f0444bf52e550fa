#pragma once

#include <cstdint>
#include <vector>

#include "cli/client/service_client.h"
#include "cli/import/bad_line.h"
#include "cli/import/batches.h"

namespace annals::cli {

/// Counts the lines of a batch by their outcome and lists the bad ones.
struct BatchOutcome {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;     // duplicates with other content than the stored event of their id
  std::vector<BadLine> bad = {};   // in the order of the file, including those found before sending
  std::uint64_t bad_left_out = 0;  // rejected by the service, but not listed in its answer
};

/// Sends a batch and retries until the service has taken it. Throws ImportStopped at a line that the service
/// rejects, unless bad lines are skipped, and ServiceRefusal for any other failure.
BatchOutcome deliver(ServiceClient& client, const ImportBatch& batch, bool skip_bad);

}  // namespace annals::cli
