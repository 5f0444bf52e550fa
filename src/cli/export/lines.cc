#include "cli/export/lines.h"

#include <fstream>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>

#include "envelopes/event_decoder.h"
#include "events/position.h"

namespace annals::cli {

std::optional<std::string> cursor_after(std::string_view line) {
  constexpr bool kComplete = true;
  const auto decoded = envelopes::decode_event(line, {}, kComplete, {});
  const auto* event = std::get_if<events::Event>(&decoded);
  if (event == nullptr) return std::nullopt;
  const events::Position position{
      .record_id = event->record_id, .event_time = event->event_time, .event_id = event->event_id};
  return position.text(events::Ordering::by_record);
}

ExportedLines exported_lines(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error(
        fmt::format("cannot read {}; remove it to export from the beginning", path.string()));
  constexpr std::size_t kPart = std::size_t{1} << 20U;
  std::string part(kPart, '\0');
  LineKeeper lines;
  ExportedLines found;
  while (file.read(part.data(), kPart) || file.gcount() > 0) {
    found.bytes +=
        lines.add(std::string_view(part).substr(0, static_cast<std::size_t>(file.gcount()))).size();
  }
  if (file.bad())
    throw std::runtime_error(
        fmt::format("cannot read {}; remove it to export from the beginning", path.string()));
  found.rows = lines.rows();
  if (found.rows > 0) found.cursor = cursor_after(lines.last_line());
  return found;
}

std::string_view LineKeeper::add(std::string_view part) {
  const auto last_break = part.rfind('\n');
  whole_.clear();
  if (last_break == std::string_view::npos) {
    rest_ += part;
    return whole_;
  }
  whole_.swap(rest_);
  whole_ += part.substr(0, last_break + 1);
  rest_.assign(part.substr(last_break + 1));
  rows_ += static_cast<std::uint64_t>(std::ranges::count(whole_, '\n'));
  const std::string_view without_break = std::string_view(whole_).substr(0, whole_.size() - 1);
  last_line_.assign(without_break.substr(without_break.rfind('\n') + 1));  // npos + 1 is 0
  return whole_;
}

void LineKeeper::drop_rest() {
  rest_.clear();
}

void CsvRows::add(std::string_view part) {
  for (const char c : part) {
    if (c == '"') quoted_ = !quoted_;  // a doubled quote inside quotes toggles twice
    if (c == '\n' && !quoted_) ++lines_;
  }
  if (!part.empty()) last_ = part.back();
}

}  // namespace annals::cli
