#include "cli/export/export.h"

#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "cli/client/event_count.h"
#include "cli/export/target.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/signals.h"

namespace annals::cli {
namespace {

constexpr int kInvalid = 422;

void say(std::string_view text) {
  fmt::print(stderr, "annals export: {}\n", text);
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

/// Tells what was done. Nobody counts the events of a Parquet document.
void report(const ExportOptions& options, bool counts_events, Amount done, Amount before,
            std::chrono::milliseconds elapsed) {
  const double seconds = std::max(std::chrono::duration<double>(elapsed).count(), 0.001);
  // Standard output may carry the export itself; the report then goes to standard error.
  std::string text = "annals export: ";
  text += options.file == "-" ? "standard output" : options.file;
  text += ": ";
  if (counts_events) text += fmt::format("{} events, ", done.rows);
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
  const std::string filter = options.filter.query();
  const Interruption interruption(at_an_interruption(destination, format));
  // It is sent first, so that a wrong key, address or filter is reported at once.
  ServiceClient counting(access, say);
  const std::uint64_t whole = count_events(counting, filter);

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
  report(options, format != "parquet", target.done(), before, progress.elapsed());
  return kDone;
}

}  // namespace annals::cli
