#include "cli/import/ledger.h"

#include <utility>

namespace annals::cli {

using io::GrowingFile;
using io::replace_file;

ImportLedger::ImportLedger(ImportPlace start, Files files)
    : place_(std::move(start)), files_(std::move(files)) {
  // A run that was killed may have written lines that its place does not know yet; they come again.
  if (place_.rejected_bytes > 0) rejected_ = GrowingFile(files_.rejected, place_.rejected_bytes);
}

// The rejected lines go to the disk before the place that says so: a crash between the two leaves lines that
// the next run cuts off again.
void ImportLedger::acknowledge(const FilePlace& end, const BatchOutcome& outcome) {
  for (const BadLine& bad : outcome.bad) {
    if (!rejected_.open()) rejected_ = GrowingFile(files_.rejected, 0);
    const std::string line = bad.json();
    rejected_.append(line);
    place_.rejected_bytes += line.size();
  }
  place_.done = end;
  place_.counts.accepted += outcome.accepted;
  place_.counts.duplicates += outcome.duplicates;
  place_.counts.rejected += outcome.bad.size() + outcome.bad_left_out;
  if (!files_.place.empty()) replace_file(files_.place, place_.text());
}

void ImportLedger::finish() {
  if (!files_.place.empty()) std::filesystem::remove(files_.place);
}

}  // namespace annals::cli
