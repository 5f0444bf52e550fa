#include "ops/log.h"

#include <atomic>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <type_traits>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "ops/damper.h"
#include "text/utf8.h"

namespace annals::ops {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Returns the only logger. spdlog writes the time and the level; the message that it gets is the rest of the
// object's members.
spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("annals", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc));
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *instance;
}

std::atomic<bool>& is_text() {
  static std::atomic<bool> instance = false;
  return instance;
}

/// Returns whether a terminal or a viewer may take a character for a command, or show what follows it in
/// another order or not at all: the controls of C0 and C1, marks of direction, line and paragraph separators,
/// and characters without a width.
bool is_unsafe(std::uint32_t c) {
  const auto within = [c](std::uint32_t first, std::uint32_t last) { return c >= first && c <= last; };
  return within(0x7F, 0x9F) || c == 0x61C || within(0x200B, 0x200F) || within(0x2028, 0x202E) ||
         within(0x2060, 0x206F) || c == 0xFEFF || within(0xFFF9, 0xFFFB) || within(0xE0000, 0xE007F);
}

/// Appends \uXXXX, or a pair of them above U+FFFF.
void append_escaped(std::string& line, std::uint32_t c) {
  constexpr std::uint32_t kFirstOfPairs = 0x10000;
  if (c < kFirstOfPairs) {
    fmt::format_to(std::back_inserter(line), "\\u{:04x}", c);
    return;
  }
  const std::uint32_t rest = c - kFirstOfPairs;
  fmt::format_to(std::back_inserter(line), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U),
                 0xDC00 + (rest & 0x3FFU));
}

/// Appends a JSON string. Boost.JSON escapes what JSON must not hold; bytes that are not UTF-8 are replaced
/// first, because a text from outside must not make the log unreadable, and what could fool its reader is
/// escaped afterwards.
void append_quoted(std::string& line, std::string_view text) {
  const std::string quoted = boost::json::serialize(boost::json::string(text::replace_invalid_utf8(text)));
  for (std::string_view rest = quoted; !rest.empty();) {
    const std::string_view sequence = rest.substr(0, text::utf8_sequence(rest));
    const std::uint32_t c = text::code_point(sequence);
    if (is_unsafe(c)) {
      append_escaped(line, c);
    } else {
      line += sequence;
    }
    rest.remove_prefix(sequence.size());
  }
}

void append_value(std::string& line, const LogValue& value) {
  const auto append = [&line](const auto& one) {
    if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::string_view>) {
      append_quoted(line, one);
    } else {
      fmt::format_to(std::back_inserter(line), "{}", one);
    }
  };
  const auto* number = std::get_if<double>(&value.value());
  if (number != nullptr && !std::isfinite(*number)) {
    line += "null";  // JSON has no such number
    return;
  }
  std::visit(append, value.value());
}

void append_field(std::string& line, std::string_view name, const LogValue& value) {
  if (is_text()) {
    line += ' ';
    line += name;
    line += '=';
  } else {
    line += ',';
    append_quoted(line, name);
    line += ':';
  }
  append_value(line, value);
}

/// Appends the message as it is written into a line of text: as JSON would have it, without the quotes.
void append_plain(std::string& line, std::string_view message) {
  std::string quoted;
  append_quoted(quoted, message);
  line += std::string_view(quoted).substr(1, quoted.size() - 2);
}

std::string line_of(std::string_view message, LogFields fields) {
  std::string line;
  if (is_text()) {
    append_plain(line, message);
  } else {
    line = "\"msg\":";
    append_quoted(line, message);
  }
  for (const auto& [name, value] : fields) append_field(line, name, value);
  return line;
}

void write(Level level, const std::string& line) {
  logger().log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

/// Returns the damper of the only logger.
Damper& damper() {
  static Damper instance{Damper::Limits{}};
  return instance;
}

}  // namespace

void log(Level level, std::string_view message, LogFields fields) {
  if (log_enabled(level)) write(level, line_of(message, fields));
}

void log_damped(Level level, std::string_view message, LogFields fields, std::string_view kind) {
  if (!log_enabled(level)) return;
  const auto left_out = damper().admit(fmt::format("{}\n{}", message, kind), Damper::Clock::now());
  if (!left_out) return;
  std::string line = line_of(message, fields);
  if (*left_out > 0) append_field(line, "left_out", *left_out);
  write(level, line);
}

bool log_enabled(Level level) {
  return logger().should_log(spdlog_level(level));
}

void set_log_level(Level level) {
  logger().set_level(spdlog_level(level));
}

void set_log_format(LogFormat format) {
  is_text() = format == LogFormat::text;
  constexpr const char* kText = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
  constexpr const char* kJson = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
  logger().set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == LogFormat::text ? kText : kJson, spdlog::pattern_time_type::utc));
}

}  // namespace annals::ops
