#include "cli/import/record.h"

#include <utility>

namespace annals::cli {

using io::GrowingFile;

ImportRecord::ImportRecord(ImportCheckpoint start, Files files)
    : checkpoint_(std::move(start)), files_(std::move(files)) {
  // A killed run may have written rejected lines that its checkpoint does not count yet. They are cut off
  // here and written again.
  if (checkpoint_.rejected_bytes > 0) rejected_ = GrowingFile(files_.rejected, checkpoint_.rejected_bytes);
}

// The rejected lines are written before the checkpoint that counts them: a crash between the two leaves lines
// that the next run cuts off.
void ImportRecord::acknowledge(const FilePosition& end, const BatchOutcome& outcome) {
  for (const BadLine& bad : outcome.bad) {
    if (!rejected_.open()) rejected_ = GrowingFile(files_.rejected, 0);
    const std::string line = bad.json();
    rejected_.append(line);
    checkpoint_.rejected_bytes += line.size();
  }
  checkpoint_.done = end;
  checkpoint_.counts.accepted += outcome.accepted;
  checkpoint_.counts.duplicates += outcome.duplicates;
  checkpoint_.counts.conflicts += outcome.conflicts;
  checkpoint_.counts.rejected += outcome.bad.size() + outcome.bad_left_out;
  if (files_.checkpoint != nullptr) files_.checkpoint->replace(checkpoint_.text());
}

void ImportRecord::finish() {
  if (files_.checkpoint != nullptr) files_.checkpoint->remove();
}

}  // namespace annals::cli
