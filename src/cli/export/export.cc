#include "cli/export/export.h"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "cli/export/target.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/signals.h"
#include "input/json_value.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr int kOk = 200;
constexpr int kInvalid = 422;

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
  // The page has an event, and events may hold what Boost.JSON refuses, such as half of a pair of surrogates.
  constexpr std::size_t kMaxDepth = 1024;
  const auto page = input::parse_json(answer.body, kMaxDepth);
  const auto count = page ? input::find_member(page->members(), "filtered_count") : std::nullopt;
  std::uint64_t events = 0;
  const auto text = count ? count->text() : std::string_view();
  if (std::from_chars(text.data(), text.data() + text.size(), events).ec != std::errc()) {
    throw std::runtime_error("the service answered with a page without a count");
  }
  return events;
}

std::string at_an_interruption(const Destination& destination, const std::string& format) {
  if (destination.kind != Destination::Kind::file) return "annals export: interrupted";
  return format == "ndjson" ? "annals export: interrupted; run the same command again to resume"
                            : "annals export: interrupted; the same command starts again from the beginning";
}

/// Gives the file its name. If the reader of a pipe has gone, it has what it wanted: the process then ends
/// without a word, as other programs in a pipe do.
void finish(ExportTarget& target, Progress& progress) {
  try {
    target.finish();
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::broken_pipe) throw;
    progress.clear();
    end_by_signal(SIGPIPE);
  }
  progress.clear();
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
  std::signal(SIGPIPE, SIG_IGN);  // a closed standard output then fails a write
  const ServiceAccess access = options.service.access();
  const Destination destination = destination_of(options.file);
  const std::string format = format_for(options.file, destination, options.format);
  const std::string filter = filter_of(options);
  const Interruption interruption(at_an_interruption(destination, format));
  const std::uint64_t whole = count(access, filter);

  ExportTarget target({.file = options.file,
                       .destination = destination,
                       .format = format,
                       .identity = fmt::format("{} {} {}\n", access.url, access.client_id, filter),
                       .count = whole});
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
                                         .flaw = [&target] { return target.flaw(); },
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
  finish(target, progress);
  report(options, target.done(), before, progress.elapsed());
  return kDone;
}

}  // namespace annals::cli
