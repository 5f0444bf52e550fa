#include "cli/import/sources/file_kind.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "text/ascii.h"

namespace annals::cli {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view beginning;
  std::string_view name;
  std::string_view advice;
};

constexpr std::string_view kConvert = "convert it to NDJSON, one JSON object per line, or to CSV";
constexpr std::string_view kRecode = "convert it first: iconv -f UTF-16 -t UTF-8 FILE | annals import - …";

/// An archive may hold several files, so `tar` and `unzip` are left to the user.
constexpr std::array kKinds = {
    Kind{"\x1F\x8B"sv, "compressed with gzip twice", "unpack it first: gzip -dc FILE | annals import - …"},
    Kind{"\x28\xB5\x2F\xFD"sv, "compressed with zstd twice",
         "unpack it first: zstd -dc FILE | annals import - …"},
    Kind{"BZh"sv, "compressed with bzip2", "unpack it first: bzip2 -dc FILE | annals import - …"},
    Kind{"\xFD"
         "7zXZ\0"sv,
         "compressed with xz", "unpack it first: xz -dc FILE | annals import - …"},
    Kind{"\x04\x22\x4D\x18"sv, "compressed with lz4", "unpack it first: lz4 -dc FILE | annals import - …"},
    Kind{"PK\x03\x04"sv, "a ZIP archive or an Office document", "import the files in it, as NDJSON"},
    Kind{"PAR1"sv, "a Parquet document", kConvert},
    Kind{"ORC"sv, "an ORC document", kConvert},
    Kind{"Obj\x01"sv, "an Avro document", kConvert},
    Kind{"ARROW1"sv, "an Arrow document", kConvert},
    Kind{"SQLite f"sv, "an SQLite database", kConvert},
    Kind{"\xFF\xFE\0\0"sv, "text in UTF-32",
         "convert it first: iconv -f UTF-32 -t UTF-8 FILE | annals import - …"},
    Kind{"\0\0\xFE\xFF"sv, "text in UTF-32",
         "convert it first: iconv -f UTF-32 -t UTF-8 FILE | annals import - …"},
    Kind{"\xFF\xFE"sv, "text in UTF-16", kRecode},
    Kind{"\xFE\xFF"sv, "text in UTF-16", kRecode},
    Kind{"{\0"sv, "text in UTF-16", "convert it first: iconv -f UTF-16LE -t UTF-8 FILE | annals import - …"},
    Kind{"\0{"sv, "text in UTF-16", "convert it first: iconv -f UTF-16BE -t UTF-8 FILE | annals import - …"},
};

bool is_unfinished(std::string_view line) {
  return line == "{" || line.ends_with(",") || line.ends_with("{") || line.ends_with("[");
}

}  // namespace

std::optional<std::string> foreign_kind(std::string_view beginning) {
  const auto found = std::ranges::find_if(
      kKinds, [beginning](const Kind& kind) { return beginning.starts_with(kind.beginning); });
  if (found == kKinds.end()) return std::nullopt;
  return fmt::format("it is {}, not NDJSON or CSV; {}", found->name, found->advice);
}

std::string hint_about_first_line(std::string_view line) {
  line = text::trim(line);
  if (line.starts_with('[')) {
    return "; this looks like a JSON array: write its elements one per line (jq -c '.[]' FILE)";
  }
  if (line.starts_with('{')) {
    return is_unfinished(line)
               ? "; this looks like an object over several lines: write each event in one (jq -c . FILE)"
               : "";
  }
  if (line.starts_with('<')) return "; this looks like XML or HTML, not NDJSON";
  if (line.find_first_of(",;\t") == std::string_view::npos) return "";
  return "; this looks like CSV, but its first line does not name record_id, event_type_id and the other "
         "keys";
}

}  // namespace annals::cli
