#include "files/local/upload_places.h"

#include "error.h"

namespace annals::files {

UploadPlaces::Place::~Place() {
  const std::scoped_lock lock(places_.mutex_);
  --places_.uploads_;
  const auto held = places_.held_.find(owner_);
  held->second.bytes -= bytes_;
  if (--held->second.uploads == 0) places_.held_.erase(held);
}

void UploadPlaces::Place::add(std::size_t bytes) {
  const std::scoped_lock lock(places_.mutex_);
  Held& held = places_.held_[owner_];
  if (held.bytes + bytes > places_.limits_.bytes_of_one) {
    throw Error(ErrorCode::over_quota, "Too many bytes of this client's files are being uploaded.");
  }
  held.bytes += bytes;
  bytes_ += bytes;
}

std::unique_ptr<UploadPlaces::Place> UploadPlaces::take(ClientId owner) {
  const std::scoped_lock lock(mutex_);
  if (uploads_ >= limits_.uploads) throw Error(ErrorCode::overloaded, "Too many files are being uploaded.");
  Held& held = held_[owner];
  if (held.uploads >= limits_.uploads_of_one) {
    throw Error(ErrorCode::over_quota, "Too many files of this client are being uploaded.");
  }
  ++held.uploads;
  ++uploads_;
  return std::make_unique<Place>(*this, owner);
}

}  // namespace annals::files
