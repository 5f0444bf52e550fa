#include "cli/export/target.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "cli/command/mistake.h"
#include "io/locked_file.h"

namespace annals::cli {
namespace {

using io::GrowingFile;
using io::read_if_there;
using io::replace_file;

std::filesystem::path beside(const Destination& destination, std::string_view ending) {
  return destination.path.string() + std::string(ending);
}

/// Opens a device, a FIFO or an open descriptor's name. A FIFO waits for its reader here.
io::Descriptor open_stream(const Destination& destination) {
  io::Descriptor stream(::open(destination.path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY));
  if (!stream.open()) io::fail(errno, "cannot open " + destination.path.string());
  return stream;
}

}  // namespace

ExportTarget::ExportTarget(Request request)
    : request_(std::move(request)),
      part_(beside(request_.destination, ".part")),
      identity_(beside(request_.destination, ".annals-export")) {
  switch (request_.destination.kind) {
    case Destination::Kind::standard_output:
      file_ = GrowingFile::borrowed(STDOUT_FILENO, "standard output");
      break;
    case Destination::Kind::stream:
      file_ = GrowingFile(open_stream(request_.destination), request_.destination.path);
      break;
    case Destination::Kind::file:
      resume_part();
      break;
  }
}

void ExportTarget::resume_part() {
  auto part = io::open_locked(part_);
  if (!part) throw std::runtime_error("another export writes " + request_.file);
  const auto identity = read_if_there(identity_);
  // It is written before the part: another program's downloads may have such a name.
  if (!identity && std::filesystem::file_size(part_) > 0) {
    throw Mistake(fmt::format(
        "{} is there already and is no part of an export; move it away, or export to another file",
        part_.string()));
  }
  const auto kept = identity.value_or("");
  const bool same = is_resumable() && kept.starts_with(request_.identity);
  std::uint64_t keep = 0;
  const auto left = same ? exported_lines(part_) : ExportedLines{};
  if (left.cursor) {
    cursor_ = left.cursor;
    keep = left.bytes;
    rows_before_ = left.rows;
    done_ = {.rows = left.rows, .bytes = left.bytes};
    // Events that were stored meanwhile may sort before the cursor: the number of today is too high.
    request_.count = 0;
    const std::string_view number = std::string_view(kept).substr(request_.identity.size());
    std::from_chars(number.data(), number.data() + number.size(), request_.count);
  }
  // The part is emptied before it is assigned to this export: a crash between the two mixes nothing.
  file_ = GrowingFile(*std::move(part), part_, keep);
  if (!left.cursor) replace_file(identity_, fmt::format("{}{}\n", request_.identity, request_.count));
}

std::optional<std::string> ExportTarget::begin() {
  if (is_resumable()) {
    lines_.drop_rest();
    if (lines_.rows() == 0) return cursor_;
    auto cursor = cursor_after(lines_.last_line());
    if (!cursor) throw std::runtime_error("the answer is no export: it has a line that is not an event");
    return cursor;
  }
  if (done_.bytes > 0) {
    if (!is_file())
      throw std::runtime_error(
          fmt::format("the export to {} was interrupted, and only ndjson can resume there; use --format "
                      "ndjson or export to a regular file",
                      request_.file == "-" ? "standard output" : request_.file));
    file_.cut(0);
  }
  csv_ = {};
  parquet_ = {};
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
  if (request_.format == "parquet") parquet_.add(part);
  done_.rows = is_resumable() ? rows_before_ + lines_.rows() : csv_.rows();
}

std::optional<std::string> ExportTarget::flaw() const {
  if (failure_) return std::nullopt;
  if (request_.format == "parquet") {
    if (parquet_.is_whole()) return std::nullopt;
    return fmt::format("it ends after {} bytes without the end of a Parquet document", done_.bytes);
  }
  if (is_resumable() ? lines_.has_rest() : !csv_.ends_with_a_row()) {
    return fmt::format("it ends in the middle of an event, after {} events", done_.rows);
  }
  if (done_.rows >= request_.count) return std::nullopt;
  return fmt::format("it ends after {} of {} events", done_.rows, request_.count);
}

void ExportTarget::finish() {
  if (failure_) std::rethrow_exception(failure_);
  if (!is_file()) return;
  file_.sync_and_rename(request_.destination.path);
  std::filesystem::remove(identity_);
}

}  // namespace annals::cli
