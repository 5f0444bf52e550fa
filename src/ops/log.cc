#include "ops/log.h"

#include <string>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

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

// Appends a JSON string. Boost.JSON escapes what JSON must not hold; bytes that are not UTF-8 are replaced
// first, because a text from outside must not make the log unreadable.
void append_quoted(std::string& line, std::string_view text) {
  line += boost::json::serialize(boost::json::string(text::replace_invalid_utf8(text)));
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
