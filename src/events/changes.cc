#include "events/changes.h"

#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ids/uuid.h"

namespace annals::events {

using boost::asio::awaitable;

Changes::Changes(bool complete) : complete_(complete), run_(uuid_text(random_uuid())) {}

Changes::Write::Write(Changes& changes, const ClientId& owner)
    : changes_(changes), owner_(owner), since_(changes_.begin(owner_)) {}

Changes::Write::~Write() {
  changes_.end(owner_, since_, added_);
}

Changes::Tenant& Changes::entry_of(const ClientId& owner) {
  return tenants_.try_emplace(owner, Tenant{.changes = last_forgotten_}).first->second;
}

std::uint64_t Changes::begin(const ClientId& owner) {
  const std::scoped_lock lock(mutex_);
  Tenant& tenant = entry_of(owner);
  ++tenant.writes;
  return tenant.since;
}

void Changes::end(const ClientId& owner, std::uint64_t since, std::optional<std::uint64_t> added) {
  std::set<Timer> waiting;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = tenants_.find(owner);
    if (found == tenants_.end() || found->second.since != since) return;  // it was forgotten
    Tenant& tenant = found->second;
    --tenant.writes;
    tenant.changes = ++last_change_;
    if (tenant.total && added) {
      *tenant.total += *added;
    } else {
      tenant.total.reset();
    }
    waiting = tenant.waiting;
  }
  wake(waiting);
}

void Changes::note(const ClientId& owner) {
  const Write of_somebody_else(*this, owner);
}

void Changes::forget(const ClientId& owner) {
  std::set<Timer> waiting;
  {
    const std::scoped_lock lock(mutex_);
    last_forgotten_ = ++last_change_;
    const auto found = tenants_.find(owner);
    if (found == tenants_.end()) return;
    waiting = std::move(found->second.waiting);
    tenants_.erase(found);
  }
  wake(waiting);
}

/// A timer may be used by its own executor only.
void Changes::wake(const std::set<Timer>& waiting) {
  for (const Timer& timer : waiting) boost::asio::post(timer->get_executor(), [timer] { timer->cancel(); });
}

template <class Part>
Part Changes::of(const ClientId& owner, Part (*part)(const Tenant& tenant)) const {
  const std::scoped_lock lock(mutex_);
  const auto found = tenants_.find(owner);
  return part(found == tenants_.end() ? Tenant{.changes = last_forgotten_} : found->second);
}

std::uint64_t Changes::count(const ClientId& owner) const {
  return of<std::uint64_t>(owner, [](const Tenant& tenant) { return tenant.changes; });
}

std::optional<std::string> Changes::tag(const ClientId& owner) const {
  if (!complete_) return std::nullopt;
  return fmt::format("{}-{}-{}", run_, owner.text(), count(owner));
}

std::optional<std::uint64_t> Changes::total(const ClientId& owner) const {
  return of<std::optional<std::uint64_t>>(owner, [](const Tenant& tenant) { return tenant.total; });
}

std::optional<std::uint64_t> Changes::quiet_moment(const ClientId& owner) const {
  if (!complete_) return std::nullopt;
  return of<std::optional<std::uint64_t>>(owner, [](const Tenant& tenant) {
    return tenant.writes == 0 ? std::optional(tenant.changes) : std::nullopt;
  });
}

void Changes::learn_total(const ClientId& owner, std::uint64_t moment, std::uint64_t total) {
  const std::scoped_lock lock(mutex_);
  Tenant& tenant = entry_of(owner);
  if (tenant.changes == moment && tenant.writes == 0) tenant.total = total;
}

awaitable<void> Changes::wait(EventsTable table, std::uint64_t seen, Clock::time_point deadline) {
  const ClientId owner = table.owner;
  auto timer =
      std::make_shared<boost::asio::steady_timer>(co_await boost::asio::this_coro::executor, deadline);
  {
    const std::scoped_lock lock(mutex_);
    Tenant& tenant = entry_of(owner);
    if (tenant.changes != seen) co_return;
    tenant.waiting.insert(timer);
    tenant.table.emplace(
        EventsTable{.engine = table.engine, .database = std::move(table.database), .owner = owner});
  }
  // A change from here on cancels the timer, but not before this coroutine waits for it.
  boost::system::error_code cancelled;
  co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  leave(owner, timer);
}

void Changes::leave(const ClientId& owner, const Timer& timer) {
  const std::scoped_lock lock(mutex_);
  const auto found = tenants_.find(owner);
  if (found != tenants_.end()) found->second.waiting.erase(timer);
}

std::vector<EventsTable> Changes::waited_for() const {
  const std::scoped_lock lock(mutex_);
  std::vector<EventsTable> tables;
  for (const auto& [owner, tenant] : tenants_) {
    if (!tenant.waiting.empty() && tenant.table) tables.push_back(*tenant.table);
  }
  return tables;
}

}  // namespace annals::events
