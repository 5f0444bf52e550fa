#include "io/threads.h"

#include <exception>

namespace annals::io {

Threads::Threads(int count, OnException on_exception)
    : count_(count), on_exception_(on_exception), context_(count), keep_running_(context_.get_executor()) {}

Threads::~Threads() {
  stop();
}

void Threads::start() {
  for (int i = 0; i < count_; ++i) threads_.emplace_back([this] { run(); });
}

void Threads::stop() {
  keep_running_.reset();
  context_.stop();
  threads_.clear();
}

void Threads::discard() {
  context_.shutdown();
}

void Threads::run() {
  while (true) {
    try {
      context_.run();
      return;
    } catch (const std::exception& error) {
      on_exception_(error.what());
    }
  }
}

}  // namespace annals::io
