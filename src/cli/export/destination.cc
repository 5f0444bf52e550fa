#include "cli/export/destination.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "cli/client/service_options.h"
#include "text/ascii.h"

namespace annals::cli {
namespace {

namespace fs = std::filesystem;

/// Returns whether the path stands for an open descriptor of this process, as those below /dev/fd do.
bool is_descriptor(const fs::path& path) {
  std::error_code error;
  return fs::canonical(path.parent_path(), error).string().starts_with("/proc/");
}

/// Follows links, also to a file that does not exist yet, but not out of an open descriptor's name.
fs::path resolved(fs::path path) {
  constexpr int kMaxLinks = 40;  // as many as the system follows
  std::error_code error;
  for (int i = 0; fs::is_symlink(path, error) && !is_descriptor(path); ++i) {
    if (i == kMaxLinks) throw Mistake(fmt::format("{} is a link that leads in a circle", path.string()));
    path = path.parent_path() / fs::read_symlink(path);  // an absolute target replaces the parent
  }
  return path;
}

bool is_compressed(std::string_view ending) {
  constexpr std::array<std::string_view, 10> kEndings = {".gz",  ".tgz", ".zst", ".bz2", ".xz",
                                                         ".zip", ".lz4", ".7z",  ".br",  ".z"};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

}  // namespace

Destination destination_of(const std::string& file) {
  if (file == "-" || file == "/dev/stdout") return {.kind = Destination::Kind::standard_output};
  if (file.empty()) throw Mistake("FILE is empty; name a file, or - for standard output");
  std::error_code error;
  const auto status = fs::status(file, error);
  if (fs::is_directory(status)) throw Mistake(fmt::format("{} is a directory; name a file", file));
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return {.kind = Destination::Kind::stream, .path = file};
  }
  const fs::path path = resolved(file);
  if (is_descriptor(path)) {
    return {.kind = Destination::Kind::stream, .path = file};
  }
  const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(directory, error)) {
    throw Mistake(fmt::format("cannot write {}: there is no directory {}", file, directory.string()));
  }
  return {.path = path};
}

std::string format_for(const std::string& file, const Destination& destination, const std::string& wanted) {
  const bool named = destination.kind == Destination::Kind::file;
  const std::string ending = named ? text::to_lower(fs::path(file).extension().string()) : "";
  if (is_compressed(ending)) {
    throw Mistake(
        fmt::format("an export is not compressed, as the name {} would say; export to another name, or to - "
                    "and through a pipe into the program that compresses",
                    file));
  }
  if (!wanted.empty()) return wanted;
  if (ending.empty() || ending == ".ndjson" || ending == ".jsonl") return "ndjson";
  if (ending == ".csv" || ending == ".parquet") return ending.substr(1);
  throw Mistake(
      fmt::format("the ending of {} is not .ndjson, .jsonl, .csv or .parquet; say with --format what the "
                  "file shall contain: ndjson, csv or parquet",
                  file));
}

}  // namespace annals::cli
