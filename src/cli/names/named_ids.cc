#include "cli/names/named_ids.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/command/mistake.h"
#include "cli/import/sources/csv_records.h"
#include "input/foreign_id.h"
#include "input/template.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace annals::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kNamesOfPatch = 1000;
constexpr std::uint64_t kMaxTypeId = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxNameLength = 255;
// The members of a document, which are those of the API.
constexpr std::string_view kEventTypes = "event_types";
constexpr std::string_view kSourceTypes = "source_types";
constexpr std::string_view kSources = "sources";
constexpr std::string_view kEventTemplates = "event_templates";

/// Collects names in patches.
class Patches {
 public:
  /// Both throw Mistake for what the service would reject, so that nothing is sent before all is right.
  void add(std::string_view member, std::string_view id, json::value name) {
    const std::string key = checked_id(id, kMaxTypeId);
    check_name(name);
    if (member == kEventTemplates) check_template(name);
    object_in(next(), member)[key] = std::move(name);
  }

  void add_source(std::string_view type, std::string_view id, json::value name) {
    const std::string type_key = checked_id(type, kMaxTypeId);
    const std::string key = checked_id(id, std::numeric_limits<std::uint64_t>::max());
    check_name(name);
    object_in(object_in(next(), kSources), type_key)[key] = std::move(name);
  }

  NamedIds take() { return std::move(result_); }

 private:
  static std::string checked_id(std::string_view text, std::uint64_t max) {
    const auto id = input::id_in_notation(text, max);
    if (!id) throw Mistake(fmt::format("{}: {}", text, id.error().msg));
    return id->notation();
  }

  static void check_name(const json::value& name) {
    if (name.is_null()) return;
    if (!name.is_string()) throw Mistake("a name is a text");
    const std::string_view text = name.get_string();
    const bool fits = !text.empty() && text::code_points(text) <= kMaxNameLength;
    if (!fits || !text::has_no_controls(text)) {
      throw Mistake(
          fmt::format("{}: a name has 1 to {} characters and no control characters", text, kMaxNameLength));
    }
  }

  static void check_template(const json::value& name) {
    if (name.is_null()) return;
    const std::string_view text = name.get_string();
    const auto problem = input::template_problem(text);
    if (problem) throw Mistake(fmt::format("{}: {}", text, problem->msg));
  }

  json::object& next() {
    if (result_.names++ % kNamesOfPatch == 0) result_.patches.emplace_back();
    return result_.patches.back();
  }

  static json::object& object_in(json::object& object, std::string_view member) {
    json::value& value = object[member];
    return value.is_object() ? value.get_object() : value.emplace_object();
  }

  NamedIds result_;
};

const json::object& object_of(const json::value& value, std::string_view name) {
  if (!value.is_object()) throw Mistake(fmt::format("{} is no JSON object", name));
  return value.get_object();
}

void add_document(Patches& patches, const json::object& document) {
  for (const auto& member : document) {
    const std::string_view kind = member.key();
    if (kind != kEventTypes && kind != kSourceTypes && kind != kSources && kind != kEventTemplates) {
      throw Mistake(fmt::format("{} is none of {}, {}, {} and {}", kind, kEventTypes, kSourceTypes, kSources,
                                kEventTemplates));
    }
    for (const auto& one : object_of(member.value(), kind)) {
      if (kind != kSources) {
        patches.add(kind, one.key(), one.value());
        continue;
      }
      for (const auto& source : object_of(one.value(), one.key())) {
        patches.add_source(one.key(), source.key(), source.value());
      }
    }
  }
}

/// Reads the records of a CSV text.
class CsvReader {
 public:
  explicit CsvReader(Patches& patches) : patches_(patches) {}

  void take(const CsvRecord& record) {
    if (columns_.empty()) {
      read_columns(record);
    } else if (!std::ranges::all_of(record.fields, &std::string::empty)) {  // as of an empty row
      try {
        read(record);
      } catch (const Mistake& mistake) {
        throw Mistake(fmt::format("line {}: {}", line_, mistake.what()));
      }
    }
    line_ += record.lines;
  }

  void finish() const {
    if (columns_.empty()) throw no_columns();
  }

 private:
  static Mistake no_columns() {
    return Mistake(
        "the first line names no column `name`; it must be CSV with the columns name, event_type_id, "
        "source_type_id, source_id and event_template, or JSON as `annals names show --json` writes it");
  }

  void read_columns(const CsvRecord& record) {
    for (const std::string& field : record.fields) columns_.emplace_back(text::trim(field));
    if (std::ranges::find(columns_, "name") == columns_.end()) throw no_columns();
    for (const std::string& column : columns_) {
      if (std::ranges::count(columns_, column) > 1) {
        throw Mistake(fmt::format("the first line names the column {} twice", column));
      }
    }
  }

  void read(const CsvRecord& record) {
    if (record.fields.size() > columns_.size()) {
      throw Mistake(
          "there are more fields than columns; a text with a comma in it stands in quotation marks");
    }
    const auto field = [&](std::string_view column) -> std::string {
      const auto place = std::ranges::find(columns_, column) - columns_.begin();
      const auto at = static_cast<std::size_t>(place);
      return at < record.fields.size() ? std::string(text::trim(record.fields[at])) : std::string();
    };
    const std::string event_type = field("event_type_id");
    const std::string source_type = field("source_type_id");
    const std::string source = field("source_id");
    const std::string event_template = field("event_template");
    const std::string text = field("name");
    json::value name;
    if (!text.empty()) name = text;
    const auto kinds = std::to_array({!event_type.empty(), !event_template.empty(), !source_type.empty()});
    const bool is_of_one_kind = std::ranges::count(kinds, true) == 1;
    if (!is_of_one_kind || (!source.empty() && source_type.empty())) {
      throw Mistake(
          "a record has an event_type_id alone, an event_template alone, or a source_type_id with or without "
          "a source_id");
    }
    if (!event_type.empty()) {
      patches_.add(kEventTypes, event_type, std::move(name));
    } else if (!event_template.empty()) {
      patches_.add(kEventTemplates, event_template, std::move(name));
    } else if (!source.empty()) {
      patches_.add_source(source_type, source, std::move(name));
    } else {
      patches_.add(kSourceTypes, source_type, std::move(name));
    }
  }

  Patches& patches_;
  std::vector<std::string> columns_;
  std::int64_t line_ = 1;
};

/// Returns the character between the columns: some countries' spreadsheets write semicolons.
char delimiter_of(std::string_view csv) {
  const std::string_view first_line = csv.substr(0, csv.find('\n'));
  const auto found = first_line.find_first_of(",;\t");
  return found == std::string_view::npos ? ',' : first_line[found];
}

}  // namespace

NamedIds read_named_ids(const std::string& file) {
  if (!text::is_utf8(file)) throw Mistake("the file is not UTF-8; spreadsheets call it \"CSV UTF-8\"");
  const std::string_view text = text::without_byte_order_mark(file);
  Patches patches;
  if (text::trim(text).starts_with('{')) {
    boost::system::error_code error;
    const auto document = json::parse(text, error);
    if (error) throw Mistake("the file begins like JSON and is none: " + error.message());
    add_document(patches, object_of(document, "the file"));
    return patches.take();
  }
  CsvReader reader(patches);
  CsvRecords records(delimiter_of(text));
  const auto take = [&reader](const CsvRecord& record) { reader.take(record); };
  records.add(text, take);
  records.finish(take);
  reader.finish();
  return patches.take();
}

}  // namespace annals::cli
