#include "cli/client/filter_options.h"

#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/command/mistake.h"
#include "text/percent_encoding.h"

namespace annals::cli {

void add_repeatable(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                    const std::string& summary) {
  command.add_option(name, values, summary)->allow_extra_args(false);
}

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
  return query;
}

boost::json::object FilterOptions::document() const {
  boost::json::object filter;
  const auto add_all = [&filter](std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    boost::json::array numbers;
    for (const std::string& value : values) {
      boost::system::error_code error;
      auto number = boost::json::parse(value, error);
      if (error || !number.is_number()) throw Mistake(fmt::format("{} must be a number", name));
      numbers.push_back(std::move(number));
    }
    filter[name] = std::move(numbers);
  };
  add_all("record_id", record_ids_);
  add_all("event_type_id", event_type_ids_);
  add_all("source_type_id", source_type_ids_);
  add_all("source_id", source_ids_);
  if (!from_.empty()) filter["event_time_from"] = from_;
  if (!to_.empty()) filter["event_time_to"] = to_;
  if (!words_.empty()) filter["q"] = words_;
  return filter;
}

}  // namespace annals::cli
