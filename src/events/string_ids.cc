#include "events/string_ids.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "crypto/digest.h"

namespace annals::events {
namespace {

constexpr char kMark = '\1';

constexpr std::array<std::string_view, kIdColumns.size()> kNames{"event_type_id", "record_id",
                                                                 "source_type_id", "source_id"};

constexpr std::size_t place_of(IdColumn column) {
  return static_cast<std::size_t>(column);
}

constexpr bool is_wide(IdColumn column) {
  return column == IdColumn::record_id || column == IdColumn::source_id;
}

std::uint64_t number_of(IdColumn column, std::string_view string) {
  const crypto::Sha256 digest = crypto::sha256(string);
  const std::size_t bytes = is_wide(column) ? sizeof(std::uint64_t) : sizeof(std::uint32_t);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number = number << 8U | digest.at(i);
  return number | least_of_strings(column);
}

}  // namespace

std::string_view name_of(IdColumn column) {
  return kNames.at(place_of(column));
}

std::optional<IdColumn> id_column(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return kIdColumns.at(static_cast<std::size_t>(found - kNames.begin()));
}

std::uint64_t max_of(IdColumn column) {
  return is_wide(column) ? std::numeric_limits<std::uint64_t>::max()
                         : std::numeric_limits<std::uint32_t>::max();
}

std::uint64_t least_of_strings(IdColumn column) {
  return max_of(column) / 2 + 1;
}

std::uint64_t stored_number(IdColumn column, const ForeignId& id) {
  return id.is_string() ? number_of(column, id.string()) : id.integer();
}

void set_ids(Event& event, const std::array<ForeignId, kIdColumns.size()>& ids) {
  const auto number = [&ids](IdColumn column) { return stored_number(column, ids.at(place_of(column))); };
  event.event_type_id = static_cast<std::uint32_t>(number(IdColumn::event_type_id));
  event.record_id = number(IdColumn::record_id);
  event.source_type_id = static_cast<std::uint32_t>(number(IdColumn::source_type_id));
  event.source_id = number(IdColumn::source_id);
  event.string_ids.clear();
  if (std::ranges::none_of(ids, &ForeignId::is_string)) return;
  event.string_ids = kMark;
  for (const ForeignId& id : ids) event.string_ids.append(id.string()).append(1, kMark);
}

KeptParts kept_parts(std::string_view stored) {
  if (!stored.starts_with(kMark)) return {.string_ids = {}, .fields = stored};
  const std::size_t end = stored.rfind(kMark) + 1;
  return {.string_ids = stored.substr(0, end), .fields = stored.substr(end)};
}

std::string_view string_of(std::string_view string_ids, IdColumn column) {
  for (std::size_t before = 0; before <= place_of(column) && !string_ids.empty(); ++before) {
    string_ids.remove_prefix(std::min(string_ids.find(kMark), string_ids.size() - 1) + 1);
  }
  return string_ids.substr(0, string_ids.find(kMark));
}

std::string string_sql(IdColumn column) {
  constexpr std::size_t kFirst = 2;  // arrays count from 1, and the text before the first mark is empty
  return fmt::format("splitByChar('\\x01', other_fields)[{}]", kFirst + place_of(column));
}

std::string_view kept_fields_sql() {
  return "splitByChar('\\x01', other_fields)[-1]";
}

}  // namespace annals::events
