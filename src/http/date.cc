#include "http/date.h"

#include <array>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace annals::http {
namespace {

using std::chrono::sys_seconds;

struct Form {
  const char* format;
  std::size_t min_size;  // std::get_time() also takes a text that ends too early
  std::size_t max_size;
  std::string_view end;
  bool short_year = false;
};

constexpr std::array<Form, 3> kForms = {
    {{.format = "%a, %d %b %Y %H:%M:%S GMT", .min_size = 29, .max_size = 29, .end = " GMT"},
     {.format = "%A, %d-%b-%y %H:%M:%S GMT",
      .min_size = 30,
      .max_size = 33,
      .end = " GMT",
      .short_year = true},
     {.format = "%a %b %d %H:%M:%S %Y", .min_size = 24, .max_size = 24, .end = {}}}};  // of asctime()

std::optional<std::tm> parse(const std::string& text, const char* format) {
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  std::tm parts{};
  stream >> std::get_time(&parts, format);
  if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return parts;
}

/// Returns nullopt for a day that its month does not have.
std::optional<sys_seconds> time_of(std::tm parts) {
  const int day = parts.tm_mday;
  const std::time_t seconds = timegm(&parts);
  if (parts.tm_mday != day) return std::nullopt;
  return sys_seconds(std::chrono::seconds(seconds));
}

}  // namespace

std::string http_date(sys_seconds time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
  constexpr int kCentury = 100;
  constexpr std::chrono::years kFarthest{50};
  for (const Form& form : kForms) {
    if (text.size() < form.min_size || text.size() > form.max_size || !text.ends_with(form.end)) continue;
    auto parts = parse(std::string(text), form.format);
    if (!parts) continue;
    auto time = time_of(*parts);
    if (time && form.short_year && *time > now + kFarthest) {
      parts->tm_year -= kCentury;
      time = time_of(*parts);
    }
    return time;
  }
  return std::nullopt;
}

}  // namespace annals::http
