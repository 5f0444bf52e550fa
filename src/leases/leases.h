#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "ids/database_name.h"
#include "ids/id.h"
#include "io/settled.h"

namespace annals::leases {

/// The right to work on something alone, over all instances. It expires unless it is renewed, so a holder
/// that crashes blocks the others no longer than the TTL.
class Lease {
 public:
  Lease() = default;
  virtual ~Lease() = default;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Renews the lease if half of its TTL has passed. Call it before a step that two must not take. Throws
  /// Error(overloaded) if the lease has expired or may have.
  virtual boost::asio::awaitable<void> keep() = 0;

  /// Gives the lease back. A lease that is not given back expires.
  virtual boost::asio::awaitable<void> release() = 0;
};

/// Gives out leases. Implementations are thread-safe and must outlive their leases.
class Leases {
 public:
  Leases() = default;
  virtual ~Leases() = default;
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  /// Returns a lease of that key, or null if somebody holds one.
  virtual boost::asio::awaitable<std::unique_ptr<Lease>> acquire(std::string key) = 0;

  /// Removes what crashed holders have left behind.
  virtual boost::asio::awaitable<void> clean_up() = 0;
};

/// Returns the key of the right to give a database name to a tenant, or to remove what is left under it.
std::string name_key(const DatabaseName& name);
/// Returns the key of the right to give a label to a tenant.
std::string label_key(const std::string& label);
/// Returns the key of the right to delete a tenant.
std::string tenant_key(ClientId id);

/// Returns the key of the right to make a tenant of that id again.
std::string restore_key(ClientId id);

/// Gives a lease back, if there is one. A failure is logged: the lease then expires.
boost::asio::awaitable<void> release_quietly(std::unique_ptr<Lease> lease);

/// Awaits `work(lease)` under a lease that is held, gives it back and returns the result of the work. Throws
/// what the work throws.
template <class Work>
auto under(std::unique_ptr<Lease> lease, Work work) -> std::invoke_result_t<Work&, Lease&> {
  auto outcome = co_await io::settled(work(*lease));
  co_await release_quietly(std::move(lease));
  co_return io::result_of(std::move(outcome));
}

/// The outcome of work that needs a lease is its result, or nullopt if somebody holds the lease. For work
/// without a result it is whether the work was done.
template <class Result>
using Outcome = std::conditional_t<std::is_void_v<Result>, bool, std::optional<Result>>;

/// Awaits `work(lease)` under a lease of that key, gives the lease back and returns the outcome of the work.
/// Throws what the work throws.
template <class Work, class Result = typename std::invoke_result_t<Work&, Lease&>::value_type>
// NOLINTNEXTLINE(*-reference-coroutine-parameters): the leases outlive every work under them
boost::asio::awaitable<Outcome<Result>> with_lease(Leases& leases, std::string key, Work work) {
  auto lease = co_await leases.acquire(std::move(key));
  if (!lease) co_return Outcome<Result>();
  if constexpr (std::is_void_v<Result>) {
    co_await under(std::move(lease), std::move(work));
    co_return true;
  } else {
    auto result = co_await under(std::move(lease), std::move(work));
    co_return result;
  }
}

}  // namespace annals::leases
