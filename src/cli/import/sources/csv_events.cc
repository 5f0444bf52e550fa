#include "cli/import/sources/csv_events.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/import/sources/csv_records.h"
#include "ids/foreign_id.h"
#include "input/json_value.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace annals::cli {
namespace {

constexpr std::array<std::string_view, 4> kIds = {"event_type_id", "record_id", "source_type_id",
                                                  "source_id"};
constexpr std::string_view kData = "event_data";
constexpr std::string_view kOthers = "other_fields";
constexpr std::size_t kMaxDepth = 512;

/// Returns a JSON string. Bytes that are not UTF-8 stay, so that the check of the event finds them.
std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    constexpr char kFirstPrintable = 0x20;
    if (c == '"' || c == '\\') result += '\\';
    if (c >= 0 && c < kFirstPrintable) {
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", static_cast<int>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string in_one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

/// Returns the JSON of an id in the notation of append_id_notation(), or "" if it has not that form. An
/// integer stays as it is written, so that the check of the event finds whatever is wrong with it.
std::string id_json(std::string_view field) {
  if (is_integer_text(field)) return std::string(field);
  if (!field.starts_with('"')) return json_string(field);
  const auto value = input::parse_json(field, 1);
  return value && value->kind() == input::JsonValue::Kind::string ? std::string(value->text()) : "";
}

/// Makes the JSON of one event.
class EventText {
 public:
  void take(std::string_view name, std::string_view field) {
    if (field.empty()) return;
    if (name == kOthers) {
      take_others(field);
    } else if (name == kData) {
      const auto value = input::parse_json(field, kMaxDepth);
      if (!value) flaw_ = "event_data: it is not JSON; a text needs quotes of its own";
      add(name, value ? in_one_line(value->text()) : "null");
    } else if (std::ranges::find(kIds, name) != kIds.end()) {
      take_id(name, field);
    } else {
      add(name, json_string(field));
    }
  }

  /// Returns the line of the event, or of what is wrong with it. `record` is what the file has.
  [[nodiscard]] std::string line(const CsvRecord& record) const {
    if (flaw_.empty()) return "{" + members_ + "}";
    return flawed(flaw_, record);
  }

  static std::string flawed(std::string_view flaw, const CsvRecord& record) {
    return fmt::format("{0}{1}{0}{2}", kFlawMark, flaw,
                       in_one_line(fmt::format("{}", fmt::join(record.fields, ","))));
  }

 private:
  void take_others(std::string_view field) {
    const auto value = input::parse_json(field, kMaxDepth);
    if (!value || value->kind() != input::JsonValue::Kind::object) {
      flaw_ = "other_fields: it is not a JSON object";
      return;
    }
    for (const auto& member : value->members()) {
      add_member(in_one_line(member.key.text()), in_one_line(member.value.text()));
    }
  }
  void take_id(std::string_view name, std::string_view field) {
    const std::string json = id_json(field);
    if (json.empty()) flaw_ = fmt::format("{}: it begins with a quote and is no JSON string", name);
    add(name, json.empty() ? "null" : json);
  }
  void add(std::string_view name, const std::string& value) { add_member(json_string(name), value); }
  void add_member(const std::string& key, const std::string& value) {
    members_ += fmt::format("{}{}:{}", members_.empty() ? "" : ",", key, value);
  }

  std::string members_;
  std::string flaw_;
};

class CsvEvents final : public Bytes {
 public:
  CsvEvents(Bytes& csv, char delimiter) : csv_(csv), records_(delimiter) {}

  std::size_t read(char* to, std::size_t size) override {
    while (given_ == lines_.size()) {
      if (at_end_) return 0;
      lines_.clear();
      given_ = 0;
      read_more();
    }
    const std::size_t got = std::min(size, lines_.size() - given_);
    std::memcpy(to, lines_.data() + given_, got);
    given_ += got;
    return got;
  }

 private:
  void read_more() {
    constexpr std::size_t kPart = std::size_t{256} << 10U;
    part_.resize(kPart);
    const std::size_t got = csv_.read(part_.data(), part_.size());
    const auto take = [this](const CsvRecord& record) { take_record(record); };
    at_end_ = got == 0;
    if (at_end_) {
      records_.finish(take);
    } else {
      records_.add(std::string_view(part_).substr(0, got), take);
    }
  }

  void take_record(const CsvRecord& record) {
    const bool is_blank = record.fields.size() == 1 && record.fields.front().empty();
    if (names_.empty()) {
      take_names(record);
    } else if (!is_blank) {
      lines_ += line_of(record);
    }
    // The further lines of a record are blank ones, so that every event has the number of its line.
    lines_.append(static_cast<std::size_t>(record.lines), '\n');
  }

  void take_names(const CsvRecord& record) {
    names_ = record.fields;
    names_.front() = text::without_byte_order_mark(names_.front());
    std::vector<std::string> sorted = names_;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (twice != sorted.end()) {
      throw ForeignFile(fmt::format("it is CSV whose first line names the column {} twice", *twice));
    }
  }

  [[nodiscard]] std::string line_of(const CsvRecord& record) const {
    if (record.fields.size() != names_.size()) {
      return EventText::flawed(fmt::format("it has {} fields, and the first line names {} columns",
                                           record.fields.size(), names_.size()),
                               record);
    }
    EventText event;
    for (std::size_t i = 0; i < names_.size(); ++i) event.take(names_[i], record.fields[i]);
    return event.line(record);
  }

  Bytes& csv_;
  CsvRecords records_;
  std::vector<std::string> names_;
  std::string part_;
  std::string lines_;
  std::size_t given_ = 0;  // of `lines_`
  bool at_end_ = false;
};

}  // namespace

std::optional<char> delimiter_of_events(std::string_view first_line) {
  first_line = text::trim(text::without_byte_order_mark(first_line.substr(0, first_line.find('\n'))));
  for (const char delimiter : {',', ';', '\t'}) {
    std::vector<std::string> names;
    CsvRecords records(delimiter);
    const auto take = [&names](CsvRecord record) { names = std::move(record.fields); };
    try {
      records.add(first_line, take);
      records.finish(take);
    } catch (const BrokenFile&) {
      return std::nullopt;  // a name with a line break in it, or no names at all
    }
    const auto has = [&names](std::string_view name) {
      return std::ranges::find(names, name) != names.end();
    };
    if (has("record_id") && has("event_type_id")) return delimiter;
  }
  return std::nullopt;
}

std::unique_ptr<Bytes> csv_events(Bytes& csv, char delimiter) {
  return std::make_unique<CsvEvents>(csv, delimiter);
}

}  // namespace annals::cli
