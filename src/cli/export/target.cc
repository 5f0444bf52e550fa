#include "cli/export/target.h"

#include <unistd.h>

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace annals::cli {

using io::GrowingFile;
using io::read_if_there;
using io::replace_file;

ExportTarget::ExportTarget(Request request)
    : request_(std::move(request)),
      part_(request_.file + ".part"),
      identity_(request_.file + ".annals-export") {
  if (is_standard_output()) {
    file_ = GrowingFile::borrowed(STDOUT_FILENO, "standard output");
  } else {
    resume_part();
  }
}

void ExportTarget::resume_part() {
  std::uint64_t keep = 0;
  const bool same =
      is_resumable() && read_if_there(identity_) == request_.identity && std::filesystem::exists(part_);
  if (same) {
    const auto left = exported_lines(part_);
    if (left.cursor) {
      cursor_ = left.cursor;
      keep = left.bytes;
      rows_before_ = left.rows;
      done_ = {.rows = left.rows, .bytes = left.bytes};
    }
  }
  // The part is emptied before it is assigned to this export: a crash between the two mixes nothing.
  file_ = GrowingFile(part_, keep);
  if (!same) replace_file(identity_, request_.identity);
}

std::optional<std::string> ExportTarget::begin() {
  if (is_resumable()) {
    lines_.drop_rest();
    return lines_.last_line().empty() ? cursor_ : cursor_after(lines_.last_line());
  }
  if (done_.bytes > 0) {
    if (is_standard_output())
      throw std::runtime_error(
          "the export to standard output was interrupted, and only ndjson can resume there; use --format "
          "ndjson or export to a file");
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
  const std::string_view bytes = is_resumable() ? lines_.add(part) : part;
  file_.append(bytes);
  done_.bytes += bytes.size();
  if (request_.format == "csv") csv_.add(part);
  done_.rows = is_resumable() ? rows_before_ + lines_.rows() : csv_.rows();
}

void ExportTarget::finish() {
  if (failure_) std::rethrow_exception(failure_);
  if (lines_.has_rest())
    throw std::runtime_error("the last line of the export is incomplete; run the same command again");
  if (is_standard_output()) return;
  file_.sync_and_rename(request_.file);
  std::filesystem::remove(identity_);
}

}  // namespace annals::cli
