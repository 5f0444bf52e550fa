#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "ids/id.h"

namespace annals::files {

/// Limits the uploads that are in flight, and the bytes that they have on the disk before they are complete:
/// in all, and for each tenant, so that one cannot take the places of the others. Thread-safe. It must
/// outlive what it has given out.
class UploadPlaces {
 public:
  struct Limits {
    std::size_t uploads = 128;
    std::size_t uploads_of_one = 16;
    std::uint64_t bytes_of_one = UINT64_MAX;
  };

  explicit UploadPlaces(Limits limits) : limits_(limits) {}

  /// The place of one upload. The destructor gives it back.
  class Place {
   public:
    Place(UploadPlaces& places, ClientId owner) : places_(places), owner_(owner) {}
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// Counts bytes that the upload is about to write. Throws Error(over_quota).
    void add(std::size_t bytes);

   private:
    UploadPlaces& places_;
    ClientId owner_;
    std::uint64_t bytes_ = 0;
  };

  /// Takes a place. Throws Error(over_quota) if the tenant has too many uploads, Error(overloaded) if all
  /// tenants together have.
  std::unique_ptr<Place> take(ClientId owner);

 private:
  struct Held {
    std::size_t uploads = 0;
    std::uint64_t bytes = 0;
  };

  const Limits limits_;
  std::mutex mutex_;
  std::size_t uploads_ = 0;
  std::map<ClientId, Held> held_;  // by tenants that have an upload
};

}  // namespace annals::files
