#include "history/open_streams.h"

#include "error.h"

namespace annals::history {

OpenStreams::Place::Place(OpenStreams& streams, const ClientId& owner) : streams_(streams), owner_(owner) {
  const std::scoped_lock lock(streams_.mutex_);
  const auto found = streams_.places_.find(owner);
  const std::size_t own = found == streams_.places_.end() ? 0 : found->second.size();
  const Limits& limits = streams_.limits_;
  if (own >= limits.of_one || (own > 0 && streams_.count_ + limits.reserved >= limits.total)) {
    throw Error(ErrorCode::over_quota,
                "Too many exports or tails of this client are open. Close one, or try again later.");
  }
  if (streams_.count_ >= limits.total) {
    throw Error(ErrorCode::overloaded, "Too many exports or tails are open. Try again later.");
  }
  streams_.places_[owner].insert(this);
  ++streams_.count_;
}

OpenStreams::Place::~Place() {
  const std::scoped_lock lock(streams_.mutex_);
  const auto found = streams_.places_.find(owner_);
  found->second.erase(this);
  if (found->second.empty()) streams_.places_.erase(found);
  --streams_.count_;
}

void OpenStreams::Place::when_cut(std::function<void()> cut) {
  const std::scoped_lock lock(streams_.mutex_);
  cut_ = std::move(cut);
  if (is_cut_) cut_();
}

void OpenStreams::Place::when_stopped(std::function<void()> end) {
  const std::scoped_lock lock(streams_.mutex_);
  end_ = std::move(end);
  if (streams_.is_stopped_) end_();
}

std::unique_ptr<OpenStreams::Place> OpenStreams::open(const ClientId& owner) {
  return std::make_unique<Place>(*this, owner);
}

std::size_t OpenStreams::size() const {
  const std::scoped_lock lock(mutex_);
  return count_;
}

std::vector<ClientId> OpenStreams::owners() {
  const std::scoped_lock lock(mutex_);
  std::vector<ClientId> owners;
  owners.reserve(places_.size());
  for (const auto& [owner, places] : places_) owners.push_back(owner);
  return owners;
}

void OpenStreams::cut(const ClientId& owner) {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find(owner);
  if (found == places_.end()) return;
  for (Place* place : found->second) {
    place->is_cut_ = true;
    if (place->cut_) place->cut_();
  }
}

void OpenStreams::stop() {
  const std::scoped_lock lock(mutex_);
  is_stopped_ = true;
  for (const auto& [owner, places] : places_) {
    for (Place* place : places) {
      if (place->end_) place->end_();
    }
  }
}

boost::asio::awaitable<bool> OpenStreams::make(tenants::Owner /*owner*/) {
  co_return true;
}

boost::asio::awaitable<void> OpenStreams::remove(tenants::Owner owner, tenants::Fence /*fence*/) {
  cut(owner.id);
  co_return;
}

}  // namespace annals::history
