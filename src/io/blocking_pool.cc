#include "io/blocking_pool.h"

namespace annals::io {

BlockingThreads::BlockingThreads(std::size_t threads, std::size_t max_waiting) : max_waiting_(max_waiting) {
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

void BlockingThreads::post(Job job) {
  std::unique_lock lock(mutex_);
  if (jobs_.size() >= max_waiting_) {
    lock.unlock();
    job(std::nullopt);
    return;
  }
  jobs_.push_back(std::move(job));
  lock.unlock();
  ready_.notify_one();
}

void BlockingThreads::run(std::size_t index) {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job(index);
  }
}

}  // namespace annals::io
