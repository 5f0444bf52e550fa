#include "lanes/bulk_write.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using events::Event;
using events::EventsTable;

}  // namespace

BulkWrite::BulkWrite(boost::asio::any_io_executor strand, Lanes& lanes, io::Budget& budget, EventsTable table,
                     std::shared_ptr<quotas::Allowance> allowance)
    : strand_(std::move(strand)),
      lanes_(lanes),
      share_(budget, table.owner.text()),
      table_(std::move(table)),
      allowance_(std::move(allowance)),
      charged_waiting_(allowance_),
      charged_writing_(allowance_) {}

bool BulkWrite::add(Event& event) {
  const std::size_t bytes = memory_of(event);
  if (!share_.take(bytes)) return false;
  charged_waiting_.add(std::span(&event, 1));
  if (table_.has_expired(event.event_time)) ++counts_.expired;
  bytes_waiting_ += bytes;
  waiting_.push_back(std::move(event));
  return true;
}

bool BulkWrite::is_full() const {
  return waiting_.size() >= lanes_.rows_per_write() || bytes_waiting_ >= lanes_.bytes_per_write();
}

awaitable<void> BulkWrite::make_room() {
  if (writing_) {
    co_await until_ended();  // and then the next one runs
  } else {
    start();
  }
  check();
}

void BulkWrite::pause() {
  if (!writing_ && !error_) start();
}

void BulkWrite::start() {
  if (waiting_.empty()) return;
  writing_ = true;
  const std::size_t usual = waiting_.size();
  auto write = lanes_.write(table_, std::exchange(waiting_, {}));
  waiting_.reserve(usual);
  bytes_waiting_ = 0;
  charged_writing_ = std::exchange(charged_waiting_, quotas::ChargedEvents(allowance_));
  share_.release();  // from here on it counts as waiting in the lane
  auto on_end = std::make_shared<io::Wake>();
  on_end_ = on_end;
  boost::asio::co_spawn(strand_, std::move(write),
                        [this, on_end = std::move(on_end)](std::exception_ptr error,
                                                           const std::vector<WriteOutcome>& outcomes) {
                          ended(std::move(error), outcomes, std::move(*on_end));
                        });
}

void BulkWrite::ended(std::exception_ptr error, const std::vector<WriteOutcome>& outcomes, io::Wake on_end) {
  writing_ = false;
  if (error && !error_) error_ = std::move(error);
  counts_.add(outcomes);
  settle(charged_writing_, outcomes);  // on an error there are none
  if (!error_) start();
  if (on_end) on_end();
}

/// Waits for the end of the write in flight. There must be one.
awaitable<void> BulkWrite::until_ended() {
  co_await io::suspend([this](io::Wake wake) { *on_end_.lock() = std::move(wake); });
}

awaitable<void> BulkWrite::finish() {
  pause();
  while (writing_) co_await until_ended();
}

void BulkWrite::check() const {
  if (error_) std::rethrow_exception(error_);
}

}  // namespace annals::lanes
