#include "api/readiness.h"

#include <string_view>
#include <utility>

#include "io/pause.h"
#include "ops/log.h"

namespace annals::api {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;

constexpr auto kGoodFor = 1s;
/// S3 counts every request, and an outage of a file store is rarely a reason to hurry.
constexpr auto kFilesGoodFor = 10s;

constexpr std::string_view kOk = "ok";
constexpr std::string_view kUnavailable = "History database is unavailable.";

/// Notes what is wrong with one thing. The first reason is the one that the answer begins with.
void wrong(Readiness& found, std::string& field, std::string_view what, std::string_view detail) {
  field = what;
  if (found.detail.empty()) found.detail = detail;
}

/// The texts of others name machines and tables, so that they are for the log only.
void log_cause(std::string_view part, std::string_view error) {
  ops::log_damped(ops::Level::warning, "not ready", {{"part", part}, {"error", error}}, part);
}

}  // namespace

/// The right to look, given back even if whoever looks is cut off.
class ReadinessProbe::Turn {
 public:
  explicit Turn(ReadinessProbe& probe) : probe_(probe) {}
  ~Turn() {
    const std::scoped_lock lock(probe_.mutex_);
    probe_.is_looking_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  ReadinessProbe& probe_;
};

awaitable<Readiness> ReadinessProbe::look() {
  auto found = co_await probed();
  // These cost nothing, and are true at once.
  look_at_journal(found);
  look_at_disk(found);
  if (parts_.is_draining()) found.detail = "The service is about to stop.";
  co_return found;
}

awaitable<Readiness> ReadinessProbe::probed() {
  constexpr auto kPoll = 20ms;
  while (true) {
    if (auto known = recent()) co_return *std::move(known);
    if (begin()) break;
    co_await io::pause(kPoll);
  }
  const Turn turn(*this);
  auto found = co_await probe();
  const std::scoped_lock lock(mutex_);
  last_ = found;
  last_at_ = Clock::now();
  co_return found;
}

std::optional<Readiness> ReadinessProbe::recent() {
  const std::scoped_lock lock(mutex_);
  if (last_ && Clock::now() - last_at_ < kGoodFor) return last_;
  return std::nullopt;
}

bool ReadinessProbe::begin() {
  const std::scoped_lock lock(mutex_);
  return !std::exchange(is_looking_, true);
}

awaitable<Readiness> ReadinessProbe::probe() {
  Readiness found{.engine = std::string(kOk),
                  .registry = std::string(kOk),
                  .journal = {},
                  .disk = std::string(kOk),
                  .files = std::string(kOk)};
  co_await look_at_engine(found);
  if (found.engine == kOk) {
    co_await look_at_registry(found);
  } else {
    found.registry = "unknown";
  }
  co_await look_at_files(found);
  co_return found;
}

// NOLINTBEGIN(*-reference-coroutine-parameters): the frame of probe() holds it

awaitable<void> ReadinessProbe::look_at_engine(Readiness& found) {
  try {
    co_await parts_.check_engine();
  } catch (const engine::EngineError& error) {
    log_cause("engine", error.what());
    wrong(found, found.engine, "does not answer", kUnavailable);
  } catch (const Error& error) {
    log_cause("engine", error.what());
    wrong(found, found.engine, "may not be used as needed", error.detail());
  }
}

awaitable<void> ReadinessProbe::look_at_registry(Readiness& found) {
  constexpr std::string_view kLost =
      "The registry of tenants is lost: there are databases of tenants that it does not know. "
      "Restore the table default.annals_tenants.";
  try {
    co_await parts_.registry.check();
    if (parts_.reconciliation.registry_is_lost()) wrong(found, found.registry, "lost", kLost);
  } catch (const std::exception& error) {
    log_cause("registry", error.what());
    wrong(found, found.registry, "cannot be read", "The registry of tenants cannot be read.");
  }
}

void ReadinessProbe::look_at_journal(Readiness& found) const {
  if (!parts_.check_journal) return;
  found.journal = kOk;
  try {
    parts_.check_journal();
  } catch (const std::exception& error) {
    log_cause("journal", error.what());
    wrong(found, found.journal, "has failed", kUnavailable);
  }
}

void ReadinessProbe::look_at_disk(Readiness& found) const {
  try {
    if (parts_.engine.has_failed_write()) {
      wrong(found, found.disk, "has failed", kUnavailable);
    } else if (!parts_.has_room()) {
      wrong(found, found.disk, "full", "There is no room left on the disk.");
    }
  } catch (const std::exception& error) {
    log_cause("disk", error.what());
    wrong(found, found.disk, "has failed", kUnavailable);
  }
}

/// A file store that fails keeps nobody from events and history: it is told, and the service is ready.
awaitable<void> ReadinessProbe::look_at_files(Readiness& found) {
  if (files_found_.empty() || Clock::now() - files_at_ >= kFilesGoodFor) {
    files_found_ = kOk;
    try {
      co_await parts_.files.probe();
    } catch (const files::FileStoreFull& error) {
      log_cause("files", error.what());
      files_found_ = "full";
    } catch (const std::exception& error) {
      log_cause("files", error.what());
      files_found_ = "cannot be used";
    }
    files_at_ = Clock::now();
  }
  found.files = files_found_;
}

// NOLINTEND(*-reference-coroutine-parameters)

}  // namespace annals::api
