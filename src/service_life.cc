// How the service starts, and how it ends: what is stored before it does.
#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "config/warnings.h"
#include "derived_limits.h"
#include "ops/log.h"
#include "service.h"

namespace annals {

using namespace std::chrono_literals;

/// Says what the operator should know of before requests come.
void Service::log_remarks() const {
  if (!config_.foreign_variables.empty()) {
    ops::log(ops::Level::info, "variables that Kubernetes makes for a Service were left alone",
             {{"names", fmt::format("{}", fmt::join(config_.foreign_variables, ", "))}});
  }
  for (const std::string& warning : config::warnings(config_)) ops::log(ops::Level::warning, warning);
  if (data_.made_now()) {
    ops::log(ops::Level::info, "data.dir did not exist and was made", {{"path", data_.path().string()}});
  }
  for (const std::string& warning : data_.warnings()) ops::log(ops::Level::warning, warning);
}

void Service::start() {
  log_remarks();
  log_limits(config_);
  io_.start();
  check_files();
  note_in_trail(audit::Action::start_service);
  upkeep_.start().wait();
  server_.start();
  if (metrics_server_) metrics_server_->start();
}

/// Throws if a local directory cannot be used: that is the operator's mistake. An S3 bucket may be back in a
/// minute, so its failure is logged only.
void Service::check_files() {
  try {
    boost::asio::co_spawn(io_.executor(), file_store_->check(), boost::asio::use_future).get();
  } catch (const files::FileStoreError& error) {
    if (config_.files.kind == config::FilesKind::local) throw;
    ops::log(ops::Level::warning, "the file store cannot be used now", {{"error", error.what()}});
  }
}

bool Service::stop(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  tails_.stop();
  server_.stop();
  if (metrics_server_) metrics_server_->stop();
  const bool closed = server_.wait_closed(timeout);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const bool upkeep_ended = upkeep_.stop(std::max(left, 0ms));
  store_uses(deadline);
  end_trail(deadline);
  empty_journal(deadline);
  send_spans(deadline);
  return closed && upkeep_ended;
}

/// Stores when keys were used last and what tenants have used today, as far as there is time: the rounds do
/// it once a minute.
void Service::store_uses(std::chrono::steady_clock::time_point deadline) {
  constexpr auto kLongest = 1s;
  const auto end = std::min(deadline, std::chrono::steady_clock::now() + kLongest);
  store_in_time(keys_.ring().record_uses(), "the last uses of platform keys cannot be stored", end);
  store_in_time(metering_.store_all(end), "what tenants have used today cannot be stored", end);
}

void Service::store_in_time(boost::asio::awaitable<void> storing, std::string_view failure,
                            std::chrono::steady_clock::time_point deadline) {
  auto stored = boost::asio::co_spawn(io_.executor(), std::move(storing), boost::asio::use_future);
  try {
    if (stored.wait_until(deadline) == std::future_status::ready) stored.get();
  } catch (const std::exception& error) {
    ops::log(ops::Level::warning, failure, {{"error", error.what()}});
  }
}

void Service::note_in_trail(audit::Action action) {
  trail_.note(audit::Record{.action = action,
                            .result = audit::Result::done,
                            .actor = {.kind = audit::Actor::Kind::service},
                            .details = {{"version", ANNALS_VERSION}, {"url", url()}}});
}

/// Puts on record that the service stops, and what waits to be recorded, as far as there is time.
void Service::end_trail(std::chrono::steady_clock::time_point deadline) {
  constexpr auto kLongest = 1s;
  note_in_trail(audit::Action::stop_service);
  store_in_time(trail_.write_all(), "the last records of the audit trail cannot be written",
                std::min(deadline, std::chrono::steady_clock::now() + kLongest));
}

/// Sends the last spans, as far as there is time.
void Service::send_spans(std::chrono::steady_clock::time_point deadline) {
  if (!spans_) return;
  // What is left of the time is for the end of the process; a receiver that is there takes milliseconds.
  constexpr auto kLongest = 1s;
  spans_->finish(std::min(deadline, std::chrono::steady_clock::now() + kLongest));
}

/// Moves what is in the journal as far as there is time. What is left is moved after the next start.
void Service::empty_journal(std::chrono::steady_clock::time_point deadline) {
  if (!moves_) return;
  constexpr auto kLongest = 3s;
  const auto end = std::min(deadline, std::chrono::steady_clock::now() + kLongest);
  auto moved = boost::asio::co_spawn(io_.executor(), moves_->move_all(end), boost::asio::use_future);
  try {
    if (moved.wait_until(deadline) == std::future_status::ready && moved.get()) return;
  } catch (const std::exception& error) {
    ops::log(ops::Level::warning, "the journal cannot be emptied", {{"error", error.what()}});
  }
  ops::log(ops::Level::info,
           "the journal holds events that are moved into their tables after the next start");
}

}  // namespace annals
