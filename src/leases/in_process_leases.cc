#include "leases/in_process_leases.h"

#include <utility>

namespace annals::leases {

class InProcessLeases::Held final : public Lease {
 public:
  Held(InProcessLeases& leases, std::string key) : leases_(leases), key_(std::move(key)) {}
  ~Held() override { erase(); }

  boost::asio::awaitable<void> keep() override { co_return; }
  boost::asio::awaitable<void> release() override {
    erase();
    co_return;
  }

 private:
  void erase() {
    const std::scoped_lock lock(leases_.mutex_);
    if (!std::exchange(given_back_, true)) leases_.held_.erase(key_);
  }

  InProcessLeases& leases_;
  std::string key_;
  bool given_back_ = false;
};

boost::asio::awaitable<std::unique_ptr<Lease>> InProcessLeases::acquire(std::string key) {
  {
    const std::scoped_lock lock(mutex_);
    if (!held_.insert(key).second) co_return nullptr;
  }
  co_return std::make_unique<Held>(*this, std::move(key));
}

}  // namespace annals::leases
