#include "cli/export/target.h"

#include <unistd.h>

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace annals::cli {

using io::GrowingFile;
using io::read_if_there;
using io::replace_file;

ExportTarget::ExportTarget(Wish wish)
    : wish_(std::move(wish)), part_(wish_.file + ".part"), identity_(wish_.file + ".annals-export") {
  if (to_output()) {
    file_ = GrowingFile::borrowed(STDOUT_FILENO, "standard output");
  } else {
    take_up_part();
  }
}

void ExportTarget::take_up_part() {
  std::uint64_t keep = 0;
  const bool same = goes_on() && read_if_there(identity_) == wish_.identity && std::filesystem::exists(part_);
  if (same) {
    const auto left = exported_lines(part_);
    if (left.cursor) {
      cursor_ = left.cursor;
      keep = left.bytes;
      rows_before_ = left.rows;
      done_ = {.rows = left.rows, .bytes = left.bytes};
    }
  }
  // The part is emptied before it is called another export's: a crash between the two leaves nothing to mix.
  file_ = GrowingFile(part_, keep);
  if (!same) replace_file(identity_, wish_.identity);
}

std::optional<std::string> ExportTarget::begin() {
  if (goes_on()) {
    lines_.drop_rest();
    return lines_.last_line().empty() ? cursor_ : cursor_after(lines_.last_line());
  }
  if (done_.bytes > 0) {
    if (to_output())
      throw std::runtime_error("the export broke off, and only ndjson can go on on standard output");
    file_.cut(0);
  }
  csv_ = {};
  done_ = {};
  return std::nullopt;
}

bool ExportTarget::take(std::string_view part) noexcept {
  try {
    write(part);
    return true;
  } catch (...) {
    failure_ = std::current_exception();
    return false;
  }
}

void ExportTarget::write(std::string_view part) {
  const std::string_view bytes = goes_on() ? lines_.add(part) : part;
  file_.append(bytes);
  done_.bytes += bytes.size();
  if (wish_.format == "csv") csv_.add(part);
  done_.rows = goes_on() ? rows_before_ + lines_.rows() : csv_.rows();
}

void ExportTarget::finish() {
  if (failure_) std::rethrow_exception(failure_);
  if (lines_.has_rest()) throw std::runtime_error("the last line of the export has no end");
  if (to_output()) return;
  file_.sync_and_rename(wish_.file);
  std::filesystem::remove(identity_);
}

}  // namespace annals::cli
