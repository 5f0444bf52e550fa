#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "ids/id.h"
#include "tenants/belonging.h"

namespace annals::history {

/// The exports or the tails that are open. No client may have more than its part of them, and those of a
/// tenant that is being deleted are cut, whatever their readers do: nothing of it is given out any more, and
/// its tables wait for nobody. Thread-safe.
class OpenStreams final : public tenants::Belonging {
 public:
  struct Limits {
    std::size_t total;
    std::size_t of_one;    // of one client
    std::size_t reserved;  // left to clients that have none
  };

  explicit OpenStreams(Limits limits) : limits_(limits) {}

  /// An open stream. Its destructor closes it. The streams must outlive it.
  class Place {
   public:
    Place(OpenStreams& streams, const ClientId& owner);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// Says how to cut the stream: a function that may be called at any time from any thread, but not after
    /// the destructor. If the stream was cut already, it is called at once.
    void when_cut(std::function<void()> cut);
    /// Says in the same way how to end the stream in order, for when the service stops.
    void when_stopped(std::function<void()> end);

   private:
    friend class OpenStreams;
    OpenStreams& streams_;
    const ClientId owner_;
    std::function<void()> cut_;  // guarded by the streams' mutex, as the next two
    std::function<void()> end_;
    bool is_cut_ = false;
  };

  /// Throws Error(over_quota) if the client has its part, and Error(overloaded) if there are too many.
  std::unique_ptr<Place> open(const ClientId& owner);

  /// Returns how many streams are open, and how many there may be.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t max_size() const { return limits_.total; }

  /// Returns those who have streams.
  [[nodiscard]] std::vector<ClientId> owners();
  /// Cuts all streams of a client.
  void cut(const ClientId& owner);
  /// Ends all streams that can be ended in order, now and from now on: the service stops.
  void stop();

  boost::asio::awaitable<bool> make(tenants::Owner owner) override;
  /// Cuts the tenant's streams. Clients of a tenant that is being deleted are not admitted any more.
  boost::asio::awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override;
  [[nodiscard]] bool carries_owner() const override { return true; }

 private:
  const Limits limits_;
  mutable std::mutex mutex_;  // guards the next three
  std::size_t count_ = 0;
  bool is_stopped_ = false;
  std::map<ClientId, std::set<Place*>> places_;
};

}  // namespace annals::history
