#pragma once

#include <chrono>
#include <future>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "files/late_upload_removal.h"
#include "tenants/lifecycle.h"

namespace annals::upkeep {

/// Takes up in the background what crashes and failures left half-way, at start and then at intervals, and
/// removes what was uploaded for tenants that are gone.
class Sweep {
 public:
  struct Times {
    std::chrono::milliseconds
        abandoned_at_start;  // a tenant `creating` for longer is abandoned, on the first round
    std::chrono::milliseconds abandoned_after;  // and on the later ones
    std::chrono::milliseconds interval;
  };

  /// Lifecycle and late uploads must outlive this.
  Sweep(const boost::asio::any_io_executor& executor, tenants::Lifecycle& lifecycle,
        files::LateUploadRemoval& late_uploads, Times times);
  ~Sweep();
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  /// Starts; the future is ready when the first round has ended, well or not.
  std::future<void> start();

  /// Ends after the step that runs. False when `patience` ran out first. Call from a thread that does not run
  /// the executor.
  bool stop(std::chrono::milliseconds patience);

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<bool> round(std::chrono::milliseconds abandoned_after);
  boost::asio::awaitable<void> remove_late_uploads();

  tenants::Lifecycle& lifecycle_;
  files::LateUploadRemoval& late_uploads_;
  Times times_;
  boost::asio::strand<boost::asio::any_io_executor> strand_;
  boost::asio::steady_timer timer_;  // used on the strand only, as is `stopping_`
  bool stopping_ = false;
  std::promise<void> first_round_;
  std::future<void> ended_;
};

}  // namespace annals::upkeep
