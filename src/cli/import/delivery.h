#pragma once

#include <cstdint>
#include <vector>

#include "cli/client/service_client.h"
#include "cli/import/bad_line.h"
#include "cli/import/batches.h"

namespace annals::cli {

/// What has become of the lines of a batch.
struct BatchOutcome {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::vector<BadLine> bad = {};   // in the order of the file, those found before sending too
  std::uint64_t bad_left_out = 0;  // rejected by the service without saying why
};

/// Sends a batch, until the service has taken it. Throws ImportStopped at a line that the service refuses,
/// unless bad lines are skipped; ServiceRefusal for anything else.
BatchOutcome deliver(ServiceClient& client, const ImportBatch& batch, bool skip_bad);

}  // namespace annals::cli
