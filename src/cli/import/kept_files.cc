#include "cli/import/kept_files.h"

#include <cerrno>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "cli/command/mistake.h"
#include "cli/import/bad_line.h"
#include "io/descriptor.h"

namespace annals::cli {
namespace {

using io::LockedFile;
using std::filesystem::path;

/// Returns what the file holds, or a part that is too long for a checkpoint: it may be any file of the
/// user's. Throws std::system_error if it cannot be read, and so might hold anything.
std::string beginning_of(const path& file) {
  constexpr std::streamsize kMost = 64 << 10U;
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMost, '\0');
  if (stream.is_open()) stream.read(text.data(), kMost);
  if (!stream.is_open() || stream.bad()) io::fail(errno, "cannot read " + file.string());
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

KeptFiles KeptFiles::of(const ImportOptions& options, bool seekable) {
  const std::string name = options.file == "-" ? "stdin" : options.file;
  KeptFiles files{.checkpoint = {},
                  .rejected = (options.state.empty() ? name : options.state) + ".rejected",
                  .is_named = !options.state.empty()};
  if (seekable) files.checkpoint = options.state.empty() ? name + ".annals-import" : options.state;
  return files;
}

std::optional<ImportCheckpoint> KeptFiles::read_checkpoint() const {
  const std::string text = checkpoint.empty() ? "" : beginning_of(checkpoint);
  if (text.empty()) return std::nullopt;
  auto kept = ImportCheckpoint::parse(text);
  if (!kept && is_named) {
    throw Mistake(
        fmt::format("{} is there already and holds no progress of an import; name another file with --state",
                    checkpoint.string()));
  }
  return kept ? kept : ImportCheckpoint{};
}

std::optional<LockedFile> open_to_write(const path& file, const std::string& input) {
  if (file.empty()) return std::nullopt;
  std::error_code ignored;
  if (std::filesystem::equivalent(file, input, ignored)) {
    throw Mistake(
        fmt::format("{} is the file that is imported; name another one with --state", file.string()));
  }
  try {
    auto opened = LockedFile::open(file);
    if (opened) {
      opened->probe();
      return opened;
    }
  } catch (const io::NoRegularFile& other) {
    throw Mistake(fmt::format("{}; name a file with --state", other.what()));
  } catch (const std::system_error& error) {
    throw Mistake(fmt::format("{}; name a file with --state that can be written", error.what()));
  }
  throw std::runtime_error(fmt::format(
      "another import writes {}; wait for its end, or name another file with --state", file.string()));
}

std::optional<LockedFile> open_rejected(const path& file, const std::string& input) {
  auto opened = open_to_write(file, input);
  if (!opened || BadLine::may_begin(beginning_of(file))) return opened;
  throw Mistake(fmt::format(
      "{} is there already and holds no rejected lines of an import; move it away, or name another file with "
      "--state",
      file.string()));
}

}  // namespace annals::cli
