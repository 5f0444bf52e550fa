#include "cli/import/import.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <future>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "cli/import/kept_files.h"
#include "cli/import/record.h"
#include "cli/import/sources/source.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/printable.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/signals.h"
#include "io/descriptor.h"

namespace annals::cli {
namespace {

using io::LockedFile;

struct Input {
  io::Descriptor descriptor;
  std::string name;
  std::uint64_t size = 0;  // 0: unknown
  std::int64_t changed = 0;
  bool seekable = false;
};

Input open_input(const std::string& file) {
  if (file == "-") return {.descriptor = io::Descriptor(::dup(STDIN_FILENO)), .name = "standard input"};
  Input input{.descriptor = io::Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), .name = file};
  struct stat status{};
  if (!input.descriptor.open() || ::fstat(input.descriptor.get(), &status) != 0) {
    throw Mistake(fmt::format("cannot open {}: {}", file, std::generic_category().message(errno)));
  }
  if (S_ISDIR(status.st_mode)) throw Mistake(fmt::format("{} is a directory; give a file", file));
  // A pipe can be read only once, so an import of it cannot resume.
  if (!S_ISREG(status.st_mode)) return input;
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  input.seekable = true;
  input.size = static_cast<std::uint64_t>(status.st_size);
  input.changed = status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec;
  return input;
}

void say(std::string_view text) {
  fmt::print(stderr, "annals import: {}\n", text);
}

/// Returns the checkpoint to start from: the beginning, or that of an earlier run of this import.
ImportCheckpoint find_start(const ImportIdentity& identity, const KeptFiles& files, bool restart) {
  ImportCheckpoint beginning{.identity = identity};
  auto kept = files.read_checkpoint();
  if (!kept || restart) return beginning;
  if (kept->identity != identity) {
    say(fmt::format(
        "{} belongs to another file, client or service, or the file has changed: starting at the first line; "
        "events that are already imported count as duplicates",
        files.checkpoint.string()));
    return beginning;
  }
  say(fmt::format("resuming after line {} ({} of it), as recorded in {}", kept->done.lines,
                  size_text(static_cast<double>(kept->done.offset)), files.checkpoint.string()));
  return *std::move(kept);
}

/// Imports a file, or the rest of it after an earlier run.
class Import {
 public:
  Import(const ImportOptions& options, ServiceAccess access, Input input)
      : access_(std::move(access)),
        input_(std::move(input)),
        batch_settings_{.max_rows = options.batch_rows, .skip_bad = options.on_error == "skip"},
        files_(KeptFiles::of(options, input_.seekable)),
        checkpoint_(open_to_write(files_.checkpoint, input_.name)),
        start_(find_start({.size = input_.size,
                           .changed = input_.changed,
                           .url = access_.url,
                           .client_id = access_.client_id},
                          files_, options.restart)),
        rejected_(open_rejected(writes_rejected() ? files_.rejected : "", input_.name)) {
    // A pipe may keep us waiting; the service is asked first then.
    if (input_.seekable) source_.emplace(input_.descriptor.get());
  }

  int run() {
    const Interruption interruption(
        input_.seekable ? "annals import: interrupted; run the same command again to resume"
                        : "annals import: interrupted; no event is stored twice if it is imported again");
    const bool knows_size = source_ && source_->is_plain();
    Progress progress("import", {.bytes = knows_size ? input_.size : 0}, amount(start_.done));
    ServiceClient client(access_, [&progress](std::string_view text) { progress.say(text); });
    // Sent before the first line, so that a wrong key or address is reported at once.
    client.ask({.target = "/api/history/events?limit=1&count=false"});
    ImportRecord record(start_,
                        {.checkpoint = checkpoint_ ? &*checkpoint_ : nullptr, .rejected = files_.rejected});
    try {
      send_all(client, record, progress);
    } catch (const ImportStopped& bad) {
      progress.say(fmt::format("{}: {}", input_.name, bad.what()));
      progress.say(fmt::format(
          "{}; correct it and run the command again, or set --on-error skip to put bad lines aside",
          record.counts().any() ? "the lines before it are imported" : "nothing is imported"));
      return kFailed;
    } catch (const std::exception&) {
      if (input_.seekable) progress.say("stopped; run the same command again to resume");
      throw;
    }
    record.finish();
    progress.clear();
    report(record.counts(), progress.elapsed());
    return record.counts().rejected + record.counts().conflicts > 0 ? kRejected : kDone;
  }

 private:
  [[nodiscard]] bool writes_rejected() const { return batch_settings_.skip_bad || start_.rejected_bytes > 0; }

  static Amount amount(const FilePosition& position) {
    return {.rows = static_cast<std::uint64_t>(position.lines), .bytes = position.offset};
  }

  /// Keeps one batch in flight while the next is read. More in flight gained nothing on two cores: the engine
  /// writes one insert of a tenant at a time.
  void send_all(ServiceClient& client, ImportRecord& record, Progress& progress) {
    Source& source = source_ ? *source_ : source_.emplace(input_.descriptor.get());
    FileBytes rest_of_file(input_.descriptor.get());
    ImportBatches batches(go_to_start(source, rest_of_file), start_.done, batch_settings_);
    const auto read_next = [&batches] {
      return std::async(std::launch::async, [&batches] { return batches.next(); });
    };
    auto coming = read_next();
    while (const auto batch = coming.get()) {
      coming = read_next();
      record.acknowledge(batch->end, deliver(client, *batch, batch_settings_.skip_bad));
      progress.show(amount(batch->end));
    }
  }

  /// Returns what is to be read, positioned where this run begins.
  Bytes& go_to_start(Source& source, FileBytes& rest_of_file) const {
    if (start_.done.offset == 0) return source;
    if (!source.is_plain()) {
      source.skip(start_.done.offset);
      return source;
    }
    const auto offset = static_cast<off_t>(start_.done.offset);
    if (start_.done.offset > input_.size)
      throw BrokenFile("it ends before the place at which it is to be resumed");
    if (::lseek(input_.descriptor.get(), offset, SEEK_SET) != offset) {
      io::fail(errno, "cannot resume in " + input_.name);
    }
    return rest_of_file;
  }

  /// Prints the counts of the whole import and the speed of this run.
  void report(const ImportCounts& counts, std::chrono::milliseconds elapsed) const {
    const double seconds = std::max(std::chrono::duration<double>(elapsed).count(), 0.001);
    const auto rows = [](const ImportCounts& of) { return of.accepted + of.duplicates + of.rejected; };
    fmt::print("annals import: {}: {} accepted, {} duplicates, {} rejected; {:.1f} s, {:.0f} rows/s\n",
               input_.name, counts.accepted, counts.duplicates, counts.rejected, seconds,
               static_cast<double>(rows(counts) - rows(start_.counts)) / seconds);
    if (counts.conflicts > 0) {
      fmt::print(
          "annals import: {} of the duplicates were not stored although they differ from the stored event "
          "with "
          "their event_id; give them event_ids of their own to store them too\n",
          counts.conflicts);
    }
    if (counts.rejected == 0) return;
    fmt::print("annals import: the rejected lines are in {}\n", files_.rejected.string());
  }

  const ServiceAccess access_;
  const Input input_;
  const ImportBatches::Settings batch_settings_;
  const KeptFiles files_;
  std::optional<LockedFile> checkpoint_;
  const ImportCheckpoint start_;
  const std::optional<LockedFile> rejected_;  // only kept from other imports
  std::optional<Source> source_;
};

/// Reads a file as an import would, and tells what is wrong with it. Nothing is sent.
int check(const Input& input) {
  constexpr std::uint64_t kMostShown = 20;
  Source source(input.descriptor.get());
  ImportBatches batches(source, {}, {.skip_bad = true});
  std::uint64_t events = 0;
  std::uint64_t bad_lines = 0;
  while (const auto batch = batches.next()) {
    events += batch->lines.size();
    for (const BadLine& bad : batch->bad) {
      if (++bad_lines <= kMostShown) say(printable(bad.words()));
    }
  }
  if (bad_lines > kMostShown) say(fmt::format("and {} more", bad_lines - kMostShown));
  print_line(fmt::format("annals import: {}: {} events, {} lines that are none; nothing was sent", input.name,
                         events, bad_lines));
  return bad_lines > 0 ? kRejected : kDone;
}

}  // namespace

int import_file(const ImportOptions& options) {
  Input input = open_input(options.file);
  const std::string name = input.name;
  try {
    if (options.only_check) return check(input);
    return Import(options, options.service.access(), std::move(input)).run();
  } catch (const ForeignFile& kind) {
    throw std::runtime_error(fmt::format("{}: {}", name, kind.what()));
  } catch (const BrokenFile& flaw) {
    throw std::runtime_error(fmt::format("{}: {}", name, flaw.what()));
  }
}

}  // namespace annals::cli
