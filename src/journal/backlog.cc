#include "journal/backlog.h"

#include <algorithm>
#include <iterator>

namespace annals::journal {

void Backlog::add(PendingRecord record) {
  const ClientId owner = record->record.owner;
  const std::size_t bytes = record->record.bytes.size();
  rows_ += record->record.rows;
  const auto [found, is_new] = tenants_.try_emplace(owner);
  Tenant& tenant = found->second;
  tenant.records.push_back(std::move(record));
  tenant.bytes += bytes;
  bytes_ += bytes;
  const auto now = Clock::now();
  if (is_new) {
    tenant.due = now + limits_.age;
    by_due_.emplace(tenant.due, owner);
  }
  if (tenant.bytes >= limits_.bytes && tenant.due > now && !tenant.is_postponed) make_due(owner, tenant, now);
}

void Backlog::make_due(const ClientId& owner, Tenant& tenant, Clock::time_point due) {
  by_due_.erase({tenant.due, owner});
  tenant.due = due;
  by_due_.emplace(due, owner);
}

std::vector<PendingRecord> Backlog::first_of(const ClientId& owner, std::size_t max_bytes) const {
  std::vector<PendingRecord> first;
  const auto found = tenants_.find(owner);
  if (found == tenants_.end()) return first;
  std::size_t bytes = 0;
  for (const PendingRecord& record : found->second.records) {
    bytes += record->record.bytes.size();
    if (!first.empty() && bytes > max_bytes) break;
    first.push_back(record);
  }
  return first;
}

std::vector<PendingRecord> Backlog::in_segment(std::uint64_t number) const {
  std::vector<PendingRecord> found;
  for (const auto& [owner, tenant] : tenants_) {
    std::ranges::copy_if(tenant.records, std::back_inserter(found),
                         [number](const PendingRecord& record) { return record->segment == number; });
  }
  return found;
}

std::vector<PendingRecord> Backlog::remove(const ClientId& owner, std::size_t count) {
  std::vector<PendingRecord> removed;
  const auto found = tenants_.find(owner);
  if (found == tenants_.end()) return removed;
  Tenant& tenant = found->second;
  while (removed.size() < count && !tenant.records.empty()) {
    tenant.bytes -= tenant.records.front()->record.bytes.size();
    bytes_ -= tenant.records.front()->record.bytes.size();
    rows_ -= tenant.records.front()->record.rows;
    removed.push_back(std::move(tenant.records.front()));
    tenant.records.pop_front();
  }
  if (tenant.records.empty()) {
    by_due_.erase({tenant.due, owner});
    tenants_.erase(found);
  } else {
    tenant.is_postponed = false;
    // The rest came while the others were moved.
    make_due(owner, tenant,
             Clock::now() +
                 (tenant.bytes >= limits_.bytes ? Clock::duration::zero() : Clock::duration(limits_.age)));
  }
  return removed;
}

std::vector<PendingRecord> Backlog::remove_all(const ClientId& owner) {
  const auto found = tenants_.find(owner);
  return found == tenants_.end() ? std::vector<PendingRecord>{} : remove(owner, found->second.records.size());
}

std::optional<ClientId> Backlog::due() const {
  if (by_due_.empty() || by_due_.begin()->first > Clock::now()) return std::nullopt;
  return by_due_.begin()->second;
}

std::optional<ClientId> Backlog::oldest() const {
  // A postponement ends with its time: else a journal that stays crowded would never try the tenant again.
  const auto first = std::ranges::find_if(by_due_, [this, now = Clock::now()](const auto& entry) {
    return !tenants_.at(entry.second).is_postponed || entry.first <= now;
  });
  return first == by_due_.end() ? std::nullopt : std::optional(first->second);
}

std::optional<std::uint64_t> Backlog::last_of(const ClientId& owner) const {
  const auto found = tenants_.find(owner);
  if (found == tenants_.end()) return std::nullopt;
  return found->second.records.back()->record.first;
}

std::optional<Backlog::Clock::time_point> Backlog::since() const {
  std::optional<Clock::time_point> first;
  for (const auto& [owner, tenant] : tenants_) {
    const auto since = tenant.records.front()->since;
    if (!first || since < *first) first = since;
  }
  return first;
}

void Backlog::postpone(const ClientId& owner, Clock::duration time) {
  const auto found = tenants_.find(owner);
  if (found == tenants_.end()) return;
  found->second.is_postponed = true;
  make_due(owner, found->second, Clock::now() + time);
}

std::size_t Backlog::bytes_of(const ClientId& owner) const {
  const auto found = tenants_.find(owner);
  return found == tenants_.end() ? 0 : found->second.bytes;
}

}  // namespace annals::journal
