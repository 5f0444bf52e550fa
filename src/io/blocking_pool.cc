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
  bool room = false;
  {
    const std::scoped_lock lock(mutex_);
    room = jobs_.size() < max_waiting_;
    if (room) jobs_.push_back(std::move(job));
  }
  if (room) {
    ready_.notify_one();
  } else {
    job(std::nullopt);
  }
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
