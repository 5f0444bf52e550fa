#include "backup/jobs.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "backup/check.h"
#include "backup/errors.h"
#include "io/settled.h"
#include "ops/log.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxWaiting = 16;
constexpr std::size_t kRemembered = 100;
constexpr std::size_t kMaxRemarks = 1000;

/// Returns what is told of a failure: an error's own words, and what is behind it for those who operate.
std::string words_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.detail() == error.what() ? error.detail()
                                          : fmt::format("{} ({})", error.detail(), error.what());
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

struct Jobs::Entry {
  Job job;
  std::optional<std::string> base = {};
  Restoration::Request restoration = {};
};

std::string_view name_of(Job::Kind kind) {
  switch (kind) {
    case Job::Kind::backup:
      return "backup";
    case Job::Kind::verify:
      return "verify";
    case Job::Kind::restore:
      return "restore";
    case Job::Kind::remove:
      return "delete";
  }
  return "";
}

std::string_view name_of(Job::State state) {
  switch (state) {
    case Job::State::waiting:
      return "waiting";
    case Job::State::running:
      return "running";
    case Job::State::done:
      return "done";
    case Job::State::failed:
      return "failed";
  }
  return "";
}

awaitable<Job> Jobs::back_up(std::optional<ClientId> tenant, std::optional<std::string> base) {
  if (base) (void)co_await parts_.catalogue.find(*base);
  co_return add({.job = {.kind = Job::Kind::backup, .backup = new_backup_id(text::now()), .tenant = tenant},
                 .base = std::move(base)});
}

awaitable<Job> Jobs::verify(std::string backup) {
  (void)co_await parts_.catalogue.find(backup);
  co_return add({.job = {.kind = Job::Kind::verify, .backup = std::move(backup)}});
}

awaitable<Job> Jobs::restore(Restoration::Request request) {
  const auto manifest = co_await parts_.catalogue.find(request.backup);
  if (request.tenant) (void)entry_of(manifest, *request.tenant);
  co_return add({.job = {.kind = Job::Kind::restore, .backup = request.backup, .tenant = request.tenant},
                 .restoration = std::move(request)});
}

awaitable<Job> Jobs::remove(std::string backup) {
  co_await parts_.deletion.check(backup);
  co_return add({.job = {.kind = Job::Kind::remove, .backup = std::move(backup)}});
}

Job Jobs::add(Entry entry) {
  entry.job.id = random_uuid();
  entry.job.asked_at = text::now();
  const std::scoped_lock lock(mutex_);
  const auto waits = [](const auto& one) { return one->job.state == Job::State::waiting; };
  if (std::ranges::count_if(entries_, waits) >= static_cast<std::ptrdiff_t>(kMaxWaiting)) {
    throw Error(ErrorCode::overloaded, "Too many backups and restorations are waiting. Try again later.");
  }
  const auto ended = [](const auto& one) { return one->job.ended_at.has_value(); };
  if (entries_.size() >= kRemembered) {
    const auto oldest = std::ranges::find_if(entries_, ended);
    if (oldest != entries_.end()) entries_.erase(oldest);
  }
  entries_.push_back(std::make_shared<Entry>(std::move(entry)));
  return entries_.back()->job;
}

std::vector<Job> Jobs::list() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Job> jobs;
  jobs.reserve(entries_.size());
  for (const auto& entry : entries_) jobs.push_back(entry->job);
  std::ranges::reverse(jobs);
  return jobs;
}

std::optional<Job> Jobs::find(Uuid id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(entries_, [&id](const auto& entry) { return entry->job.id == id; });
  return found == entries_.end() ? std::nullopt : std::optional((*found)->job);
}

awaitable<void> Jobs::run(std::stop_token stop) {
  while (auto entry = next()) {
    if (stop.stop_requested()) co_return;
    co_await begin_use(*entry);
    auto outcome = co_await io::settled(run_one(entry, stop));
    co_await end_use();
    end(*entry, outcome ? nullptr : outcome.error());
  }
}

std::shared_ptr<Jobs::Entry> Jobs::next() {
  const std::scoped_lock lock(mutex_);
  const auto waits = [](const auto& one) { return one->job.state == Job::State::waiting; };
  const auto found = std::ranges::find_if(entries_, waits);
  if (found == entries_.end()) return nullptr;
  (*found)->job.state = Job::State::running;
  return *found;
}

/// A deletion uses nothing. A destination may be read-only or full, which must not hinder a restoration: then
/// a deletion may come in between, and the restoration fails.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): run() awaits it
awaitable<void> Jobs::begin_use(Entry& entry) {
  if (entry.job.kind == Job::Kind::remove) co_return;
  {
    const std::scoped_lock lock(mutex_);
    use_ = Use{.job = entry.job.id, .backup = entry.job.backup, .mark = std::nullopt};
  }
  auto renewed = co_await io::settled(renew_use());
  if (!renewed) {
    ops::log(ops::Level::warning, "a backup that is used cannot be marked as such",
             {{"backup_id", entry.job.backup}, {"error", words_of(renewed.error())}});
  }
}

awaitable<void> Jobs::renew_use() {
  std::optional<Use> use;
  {
    const std::scoped_lock lock(mutex_);
    use = use_;
  }
  if (!use) co_return;
  std::optional<std::string> obsolete = co_await parts_.catalogue.mark_used(use->backup);
  {
    const std::scoped_lock lock(mutex_);
    // If the job has ended meanwhile, the new mark is the obsolete one.
    if (use_ && use_->job == use->job) std::swap(use_->mark, obsolete);
  }
  if (obsolete) co_await parts_.catalogue.remove_marks({*std::move(obsolete)});
}

awaitable<void> Jobs::end_use() {
  std::optional<Use> use;
  {
    const std::scoped_lock lock(mutex_);
    use = std::exchange(use_, std::nullopt);
  }
  // What cannot be removed counts for a short time only.
  if (use && use->mark) (void)co_await io::settled(parts_.catalogue.remove_marks({*use->mark}));
}

Watch Jobs::watch(std::shared_ptr<Entry> entry, std::stop_token stop) {
  auto report = [this, entry = std::move(entry)](const std::function<void(Progress&)>& change) {
    const std::scoped_lock lock(mutex_);
    change(entry->job.progress);
    if (entry->job.progress.remarks.size() > kMaxRemarks) entry->job.progress.remarks.resize(kMaxRemarks);
  };
  return {.report = std::move(report), .stop = std::move(stop)};
}

awaitable<void> Jobs::run_one(std::shared_ptr<Entry> entry, std::stop_token stop) {
  Watch progress = watch(entry, std::move(stop));
  const std::string backup = entry->job.backup;
  switch (entry->job.kind) {
    case Job::Kind::backup:
      (void)co_await parts_.backups.run({.id = backup, .tenant = entry->job.tenant, .base = entry->base},
                                        progress);
      break;
    case Job::Kind::verify: {
      auto manifest = co_await parts_.catalogue.find(backup);
      co_await check_all(parts_.blobs, std::move(manifest), progress);
      break;
    }
    case Job::Kind::restore: {
      if (!entry->restoration.tenant) {
        co_await parts_.restoration.restore_all(entry->restoration, progress);
        break;
      }
      const auto id = co_await parts_.restoration.restore_one(entry->restoration, progress);
      const std::scoped_lock lock(mutex_);
      entry->job.restored = id;
      break;
    }
    case Job::Kind::remove:
      co_await parts_.deletion.run(backup);
      break;
  }
}

void Jobs::end(Entry& entry, const std::exception_ptr& failure) {
  const std::string detail = failure ? words_of(failure) : "";
  const std::scoped_lock lock(mutex_);
  Job& job = entry.job;
  job.state = failure ? Job::State::failed : Job::State::done;
  job.ended_at = text::now();
  job.detail = detail;
  ops::log(failure ? ops::Level::error : ops::Level::info,
           failure ? "a backup job failed" : "a backup job is done",
           {{"kind", name_of(job.kind)},
            {"backup_id", job.backup},
            {"client_id", job.tenant ? job.tenant->text() : ""},
            {"events", std::to_string(job.progress.events)},
            {"files", std::to_string(job.progress.files)},
            {"bytes", std::to_string(job.progress.bytes)},
            {"error", detail}});
}

}  // namespace annals::backup
