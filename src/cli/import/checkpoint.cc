#include "cli/import/checkpoint.h"

#include <boost/json.hpp>

namespace annals::cli {

std::string ImportCheckpoint::text() const {
  const boost::json::object object{
      {"url", identity.url},         {"client_id", identity.client_id}, {"size", identity.size},
      {"changed", identity.changed}, {"offset", done.offset},           {"lines", done.lines},
      {"accepted", counts.accepted}, {"duplicates", counts.duplicates}, {"conflicts", counts.conflicts},
      {"rejected", counts.rejected}, {"rejected_bytes", rejected_bytes}};
  return boost::json::serialize(object) + "\n";
}

std::optional<ImportCheckpoint> ImportCheckpoint::parse(std::string_view text) {
  try {
    const auto value = boost::json::parse(text);
    const auto& object = value.as_object();
    const auto number = [&object](std::string_view name) {
      return object.at(name).to_number<std::uint64_t>();
    };
    const auto words = [&object](std::string_view name) { return std::string(object.at(name).as_string()); };
    return ImportCheckpoint{
        .identity = {.size = number("size"),
                     .changed = object.at("changed").to_number<std::int64_t>(),
                     .url = words("url"),
                     .client_id = words("client_id")},
        .done = {.offset = number("offset"), .lines = object.at("lines").to_number<std::int64_t>()},
        .counts = {.accepted = number("accepted"),
                   .duplicates = number("duplicates"),
                   // A checkpoint of an earlier version does not have it.
                   .conflicts = object.contains("conflicts") ? number("conflicts") : 0,
                   .rejected = number("rejected")},
        .rejected_bytes = number("rejected_bytes")};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace annals::cli
