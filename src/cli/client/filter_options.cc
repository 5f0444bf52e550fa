#include "cli/client/filter_options.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/command/mistake.h"
#include "input/foreign_id.h"
#include "text/percent_encoding.h"

namespace annals::cli {

void add_repeatable(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                    const std::string& summary) {
  command.add_option(name, values, summary)->allow_extra_args(false);
}

namespace {

/// Returns the values of each field. Throws Mistake if one is not written as NAME=VALUE.
std::map<std::string, std::vector<std::string>> fields_by_name(const std::vector<std::string>& options) {
  std::map<std::string, std::vector<std::string>> fields;
  for (const std::string& option : options) {
    const auto sign = option.find('=');
    if (sign == std::string::npos || !(option.starts_with("data.") || option.starts_with("field."))) {
      throw Mistake(fmt::format("--where {}: write data.<key>=<value> or field.<key>=<value>", option));
    }
    fields[option.substr(0, sign)].push_back(option.substr(sign + 1));
  }
  return fields;
}

/// Returns an id as a request has it in JSON: digits are an integer, as in queries. Throws Mistake.
boost::json::value id_of(std::string_view name, const std::string& text) {
  const auto id = input::id_in_notation(text, UINT64_MAX);
  if (!id) throw Mistake(fmt::format("{} {}: {}", name, text, id.error().msg));
  if (id->is_string()) return boost::json::string(id->string());
  return id->integer();
}

}  // namespace

void FilterOptions::add_to(CLI::App& command) {
  const auto repeatable = [&command](const std::string& name, std::vector<std::string>& values) {
    add_repeatable(command, name, values, "Only events with this value; may be repeated");
  };
  repeatable("--record-id", record_ids_);
  repeatable("--event-type-id", event_type_ids_);
  repeatable("--source-type-id", source_type_ids_);
  repeatable("--source-id", source_ids_);
  command.add_option("--from", from_, "Only events at or after this time (RFC 3339)");
  command.add_option("--to", to_, "Only events before this time (RFC 3339)");
  command.add_option("--q", words_, "Only events with these words in event_data");
  add_repeatable(command, "--where", fields_,
                 "Only events with this value in a field, as in data.user.id=7 or field.region=eu");
}

std::string FilterOptions::query() const {
  std::string query;
  const auto add = [&query](std::string_view name, const std::string& value) {
    if (!value.empty()) query += fmt::format("&{}={}", name, text::percent_encode(value));
  };
  const auto add_all = [&add](std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(name, value);
  };
  add_all("record_id", record_ids_);
  add_all("event_type_id", event_type_ids_);
  add_all("source_type_id", source_type_ids_);
  add_all("source_id", source_ids_);
  add("event_time_from", from_);
  add("event_time_to", to_);
  add("q", words_);
  for (const auto& [name, values] : fields_by_name(fields_)) {
    for (const std::string& value : values) {
      query += fmt::format("&{}={}", text::percent_encode(name), text::percent_encode(value));
    }
  }
  return query;
}

boost::json::object FilterOptions::document() const {
  boost::json::object filter;
  const auto add_all = [&filter](std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    boost::json::array ids;
    for (const std::string& value : values) ids.push_back(id_of(name, value));
    filter[name] = std::move(ids);
  };
  add_all("record_id", record_ids_);
  add_all("event_type_id", event_type_ids_);
  add_all("source_type_id", source_type_ids_);
  add_all("source_id", source_ids_);
  if (!from_.empty()) filter["event_time_from"] = from_;
  if (!to_.empty()) filter["event_time_to"] = to_;
  if (!words_.empty()) filter["q"] = words_;
  boost::json::object fields;
  for (const auto& [name, values] : fields_by_name(fields_)) fields[name] = boost::json::value_from(values);
  if (!fields.empty()) filter["fields"] = std::move(fields);
  return filter;
}

}  // namespace annals::cli
