#include "cli/export/export.h"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/export/target.h"
#include "cli/terminal/exit_codes.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr int kOk = 200;
constexpr int kInvalid = 422;

std::string format_of(const ExportOptions& options) {
  if (!options.format.empty()) return options.format;
  const std::string extension = std::filesystem::path(options.file).extension().string();
  return extension == ".csv" ? "csv" : extension == ".parquet" ? "parquet" : "ndjson";
}

/// Returns the filter as query parameters of the history: "&record_id=7&q=…".
std::string filter_of(const ExportOptions& options) {
  std::string query;
  const auto add = [&query](std::string_view name, const std::string& value) {
    if (!value.empty()) query += fmt::format("&{}={}", name, text::percent_encode(value));
  };
  const auto add_all = [&add](std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(name, value);
  };
  add_all("record_id", options.record_ids);
  add_all("event_type_id", options.event_type_ids);
  add_all("source_type_id", options.source_type_ids);
  add_all("source_id", options.source_ids);
  add("event_time_from", options.from);
  add("event_time_to", options.to);
  add("q", options.words);
  return query;
}

void say(std::string_view text) {
  fmt::print(stderr, "annals export: {}\n", text);
}

/// Returns the number of events to export. It is requested first, so that a wrong key, address or filter is
/// reported at once.
std::uint64_t count(const ServiceAccess& access, const std::string& filter) {
  const auto answer =
      ServiceClient(access, say).ask({.target = "/api/history/events?limit=1&count=true" + filter});
  if (answer.status != kOk) throw Mistake("the service rejected the filter: " + problems_of(answer.body, 1));
  const auto value = boost::json::parse(answer.body, {}, {.max_depth = 1024});
  return value.at("filtered_count").to_number<std::uint64_t>();
}

void report(const ExportOptions& options, Amount done, Amount before, std::chrono::milliseconds elapsed) {
  const double seconds = std::max(std::chrono::duration<double>(elapsed).count(), 0.001);
  // Standard output may carry the export itself; the report then goes to standard error.
  std::string text = "annals export: ";
  text += options.file == "-" ? "standard output" : options.file;
  text += ": ";
  if (done.rows > 0) text += fmt::format("{} events, ", done.rows);
  text += fmt::format("{}; {:.1f} s", size_text(static_cast<double>(done.bytes)), seconds);
  if (done.rows > 0) {
    text += fmt::format(", {:.0f} rows/s", static_cast<double>(done.rows - before.rows) / seconds);
  }
  fmt::print(options.file == "-" ? stderr : stdout, "{}\n", text);
}

}  // namespace

int export_file(const ExportOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed standard output is then reported as an error
  const ServiceAccess access = options.service.access();
  const std::string format = format_of(options);
  const std::string filter = filter_of(options);
  const std::uint64_t whole = count(access, filter);

  ExportTarget target({.file = options.file,
                       .format = format,
                       .identity = fmt::format("{} {} {}\n", access.url, access.client_id, filter)});
  const Amount before = target.done();
  if (before.rows > 0) {
    say(fmt::format("resuming after {} events ({}) in {}.part", before.rows,
                    size_text(static_cast<double>(before.bytes)), options.file));
  }
  Progress progress("export", {.rows = format == "parquet" ? 0 : whole}, before);
  ServiceClient client(access, [&progress](std::string_view text) { progress.say(text); });
  const ServiceClient::Download download{.sink =
                                             [&](const std::string& part) {
                                               const bool taken = target.take(part);
                                               progress.show(target.done());
                                               return taken;
                                             },
                                         .resumable = target.is_resumable()};
  const auto answer = client.send_with_retries(
      [&] {
        const auto cursor = target.begin();
        return ServiceClient::Request{.target = fmt::format("/api/history/export?format={}{}{}", format,
                                                            filter, cursor ? "&after=" + *cursor : "")};
      },
      &download);
  if (answer.status == kInvalid)
    throw Mistake("the service rejected the request: " + problems_of(answer.body, 1));
  target.finish();
  progress.clear();
  report(options, target.done(), before, progress.elapsed());
  return kDone;
}

}  // namespace annals::cli
