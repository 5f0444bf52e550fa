#include "names/names.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "io/settled.h"
#include "names/document.h"

namespace annals::names {
namespace {

using boost::asio::awaitable;

/// The id of the platform's document. Tenants have random ids.
constexpr Uuid kPlatform{};

/// A dictionary without names takes a little memory too.
constexpr std::size_t kEntryBytes = 256;

/// Returns what makes a document into another, and leaves one that is like that already.
template <class Make>
engine::VersionedDocuments::Decide changing(Make make) {
  return [make = std::move(make)](
             const engine::VersionedDocuments::Current& current) -> std::optional<std::string> {
    std::string text = make(current.text);
    if (text == current.text) return std::nullopt;
    return text;
  };
}

Uuid document_id(Names::Of of) {
  return of ? of->uuid() : kPlatform;
}

}  // namespace

awaitable<std::shared_ptr<const events::NamesInForce>> Names::in_force(ClientId tenant) {
  const auto platform = co_await find(kPlatform);
  const auto own = co_await find(tenant.uuid());
  co_return std::make_shared<const events::NamesInForce>(
      events::NamesInForce{.own = own.names,
                           .platform = platform.names,
                           .version = fmt::format("{}.{}", platform.version, own.version)});
}

awaitable<std::string> Names::document(Of of) {
  auto found = co_await documents_.find(document_id(of));
  co_return std::move(found.text);
}

awaitable<std::string> Names::change(Of of, boost::json::object patch) {
  auto text = co_await change_by(document_id(of), changing([patch = std::move(patch)](std::string_view now) {
                                   return patched(now, patch);
                                 }));
  co_return text;
}

awaitable<void> Names::add(std::string document) {
  co_await change_by(kPlatform, changing([document = std::move(document)](std::string_view now) {
                       return now.empty() ? document : patched(document, boost::json::parse(now).as_object());
                     }));
}

awaitable<void> Names::restore(ClientId tenant, std::string document) {
  co_await written(tenant.uuid(), documents_.restore(tenant.uuid(), std::move(document)));
}

/// Awaits a write of a dictionary, after which what was read before it does not count.
awaitable<void> Names::written(Uuid id, awaitable<void> write) {
  const auto outcome = co_await io::settled(std::move(write));
  // It may be done although it failed.
  drop(id);
  io::result_of(outcome);
}

awaitable<std::string> Names::change_by(Uuid id, engine::VersionedDocuments::Decide decide) {
  co_await written(id, documents_.change(id, std::move(decide)));
  auto found = co_await documents_.find(id);
  co_return std::move(found.text);
}

awaitable<std::vector<Names::Version>> Names::of_tenants() {
  auto versions = co_await documents_.versions();
  std::erase_if(versions, [](const Version& version) { return version.id == kPlatform; });
  co_return versions;
}

awaitable<Names::Version> Names::see(ClientId tenant) {
  const auto found = co_await documents_.find(tenant.uuid());
  co_return Version{.id = found.id, .number = found.version};
}

awaitable<void> Names::purge() {
  co_await documents_.purge();
}

awaitable<void> Names::forget(Version seen) {
  co_await written(seen.id, documents_.forget(seen));
}

/// Takes a dictionary out of the memory. What was read of it before is not kept.
void Names::drop(Uuid id) {
  const std::scoped_lock lock(mutex_);
  ++epoch_;
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  bytes_ -= found->second.bytes;
  entries_.erase(found);
}

awaitable<bool> Names::make(tenants::Owner /*owner*/) {
  co_return true;
}

awaitable<void> Names::remove(tenants::Owner owner, tenants::Fence fence) {
  const auto seen = co_await see(owner.id);
  if (seen.number == 0) co_return;
  co_await fence();
  co_await forget(seen);
}

/// Returns a dictionary out of the memory, or out of the table.
awaitable<Names::Entry> Names::find(Uuid id) {
  if (auto entry = fresh(id)) co_return *std::move(entry);
  const Moment asked = moment();
  const auto document = co_await documents_.find(id);
  co_return keep(document, asked);
}

Names::Moment Names::moment() {
  const std::scoped_lock lock(mutex_);
  return {.at = Clock::now(), .epoch = epoch_};
}

std::optional<Names::Entry> Names::fresh(Uuid id) {
  const auto now = Clock::now();
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  entry.used_at = now;
  if (settings_.is_alone || now - entry.asked_at <= settings_.max_age) return entry;
  // This caller asks again; the others go on with what is there.
  entry.asked_at = now;
  return std::nullopt;
}

/// Takes a document that was read into the memory, unless what is there was read later. Returns its entry.
Names::Entry Names::keep(const Document& document, const Moment& asked) {
  Entry entry{.names = nullptr,
              .version = fmt::format("{}-{:x}", document.version, std::hash<std::string>{}(document.text)),
              .asked_at = asked.at,
              .used_at = Clock::now()};
  {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(document.id);
    if (found != entries_.end() && found->second.version == entry.version) {
      found->second.asked_at = std::max(found->second.asked_at, asked.at);
      return found->second;
    }
  }
  entry.names = std::make_shared<const events::IdNames>(events::IdNames::parse(document.text));
  entry.bytes = kEntryBytes + entry.names->memory();
  const std::scoped_lock lock(mutex_);
  if (asked.epoch != epoch_) return entry;
  Entry& kept = entries_[document.id];
  if (kept.names && kept.asked_at > entry.asked_at) return kept;
  bytes_ += entry.bytes - kept.bytes;
  kept = entry;
  while (bytes_ > settings_.max_bytes && entries_.size() > 1) make_room();
  return entry;
}

/// Removes the half of the dictionaries that was not used for longest.
void Names::make_room() {
  std::vector<Clock::time_point> uses;
  uses.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) uses.push_back(entry.used_at);
  const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
  std::ranges::nth_element(uses, middle);
  std::erase_if(entries_, [&](const auto& entry) {
    const bool goes = entry.second.used_at < *middle;
    if (goes) bytes_ -= entry.second.bytes;
    return goes;
  });
}

}  // namespace annals::names
