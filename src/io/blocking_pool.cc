#include "io/blocking_pool.h"

#include <algorithm>

namespace annals::io {
namespace {

/// The threads that jobs which take long leave to others. A few threads are too few to keep one free: a job
/// that takes very long would then keep all others of its kind waiting.
std::size_t kept_free(std::size_t threads) {
  constexpr std::size_t kMost = 2;
  return std::min(kMost, threads / 4);
}

}  // namespace

BlockingThreads::BlockingThreads(std::size_t threads, std::size_t max_waiting)
    : max_waiting_(max_waiting),
      turns_({.waiting = max_waiting,
              .waiting_of_one = std::max<std::size_t>(1, max_waiting / 4),
              .running = threads - kept_free(threads),
              .running_of_one = std::max<std::size_t>(1, threads / 4)}) {
  threads_.reserve(threads);
  for (std::size_t index = 0; index < threads; ++index) {
    threads_.emplace_back([this, index] { run(index); });
  }
}

BlockingThreads::~BlockingThreads() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  ready_.notify_all();
}

void BlockingThreads::post(const Reader& reader, Job job) {
  std::unique_lock lock(mutex_);
  const bool queued = turns_.push(reader, job);
  if (!queued) ++refused_;
  lock.unlock();
  if (queued) {
    ready_.notify_one();
  } else {
    job(std::nullopt);
  }
}

PoolLoad BlockingThreads::load() const {
  const std::scoped_lock lock(mutex_);
  return {.threads = threads_.size(),
          .running = running_,
          .waiting = turns_.size(),
          .max_waiting = max_waiting_,
          .refused = refused_};
}

void BlockingThreads::run(std::size_t index) {
  std::unique_lock lock(mutex_);
  while (true) {
    std::optional<Turns::Taken> taken;
    ready_.wait(lock, [&] {
      taken = turns_.pop();
      return taken || (closing_ && turns_.empty());
    });
    if (!taken) return;
    ++running_;
    lock.unlock();
    taken->job(index);
    taken->job = nullptr;  // what it holds goes outside of the lock
    lock.lock();
    --running_;
    turns_.ended(taken->reader);
    // Another job of this reader may run now.
    if (!turns_.empty() || closing_) ready_.notify_all();
  }
}

}  // namespace annals::io
