#include "ops/log.h"

#include <string>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "text/utf8.h"

namespace annals::ops {
namespace {

using text::utf8_sequence;

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

// spdlog writes the time and the level; what it gets as the message is the rest of the object's members.
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

void append_escaped_byte(std::string& line, unsigned char byte) {
  switch (byte) {
    case '"':
      line += "\\\"";
      return;
    case '\\':
      line += "\\\\";
      return;
    case '\n':
      line += "\\n";
      return;
    case '\r':
      line += "\\r";
      return;
    case '\t':
      line += "\\t";
      return;
    default:
      break;
  }
  if (byte < 0x20 || byte == 0x7F) {
    fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte);
  } else {
    line += static_cast<char>(byte);
  }
}

// A JSON string. Bytes that are no UTF-8 become U+FFFD: a text from outside must not make the log unreadable.
void append_quoted(std::string& line, std::string_view text) {
  line += '"';
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    if (size == 0) {
      line += "\\ufffd";
    } else if (size == 1) {
      append_escaped_byte(line, static_cast<unsigned char>(text.front()));
    } else {
      line += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  line += '"';
}

}  // namespace

void log(Level level, std::string_view message, LogFields fields) {
  if (!log_enabled(level)) return;
  std::string line = "\"msg\":";
  append_quoted(line, message);
  for (const auto& [name, value] : fields) {
    line += ',';
    append_quoted(line, name);
    line += ':';
    append_quoted(line, value);
  }
  logger().log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

bool log_enabled(Level level) {
  return logger().should_log(spdlog_level(level));
}

void set_log_level(Level level) {
  logger().set_level(spdlog_level(level));
}

}  // namespace annals::ops
