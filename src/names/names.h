#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "engine/engine.h"
#include "engine/versioned_documents.h"
#include "events/id_names.h"
#include "ids/id.h"
#include "tenants/belonging.h"

namespace annals::names {

/// The dictionaries of names of ids: the platform's, and those of tenants that have names of their own. They
/// stand in the table `default.annals_names` and, as far as they are in use, in memory. A change is seen here
/// at once, and by other instances after `max_age`. Changes of one dictionary at the same time are done one
/// after the other, over any number of instances. Thread-safe; every call throws engine::EngineError.
class Names final : public tenants::Belonging {
 public:
  struct Settings {
    std::chrono::milliseconds max_age{1000};         // for which a dictionary in memory is believed
    bool is_alone = false;                           // no other instance changes names: it is always believed
    std::size_t max_bytes = std::size_t{32} << 20U;  // of the dictionaries in memory
  };

  /// Says whose dictionary is meant; nullopt: the platform's.
  using Of = std::optional<ClientId>;

  /// `engine` must outlive this object.
  Names(engine::Engine& engine, Settings settings)
      : settings_(settings), documents_(engine, "default.annals_names", "Names of ids, for people") {}

  /// Returns the names that hold for a tenant.
  boost::asio::awaitable<std::shared_ptr<const events::NamesInForce>> in_force(ClientId tenant);

  /// Returns a dictionary as it is stored, see patched(); an empty text if it has no names.
  boost::asio::awaitable<std::string> document(Of of);

  /// Changes a dictionary by a patch, see patched(), and returns it as it is then. Throws what patched()
  /// throws, and as engine::VersionedDocuments::change(). Whoever changes a tenant's must make sure that the
  /// tenant is still there, see TenantNames.
  boost::asio::awaitable<std::string> change(Of of, boost::json::object patch);

  /// Adds the names of a document to the platform's, except for ids that have a name there. Throws as
  /// change().
  boost::asio::awaitable<void> add(std::string document);

  /// Gives a tenant that is being restored that dictionary, which may be empty, in the place of any that an
  /// earlier life of it has left. Throws as change().
  boost::asio::awaitable<void> restore(ClientId tenant, std::string document);

  /// A version of the dictionary of the tenant whose id it has. Its number is 0 if there is none.
  using Version = engine::VersionedDocuments::Version;

  /// Returns the versions of the dictionaries of all tenants that have names of their own.
  boost::asio::awaitable<std::vector<Version>> of_tenants();

  /// Returns the version of the dictionary of a tenant, which may be gone.
  boost::asio::awaitable<Version> see(ClientId tenant);

  /// Removes what is left of dictionaries that lost their last name more than an hour ago.
  boost::asio::awaitable<void> purge();

  /// Removes the dictionary of a tenant that was found gone or going after it was seen. One that the tenant
  /// has got with a restoration since stays.
  boost::asio::awaitable<void> forget(Version seen);

  boost::asio::awaitable<bool> make(tenants::Owner owner) override;
  boost::asio::awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override;
  [[nodiscard]] bool carries_owner() const override { return true; }

 private:
  using Clock = std::chrono::steady_clock;
  using Document = engine::VersionedDocuments::Document;
  struct Entry {
    std::shared_ptr<const events::IdNames> names;
    std::string version = {};
    std::size_t bytes = 0;  // of memory
    Clock::time_point asked_at;
    Clock::time_point used_at;
  };

  /// The moment of a question to the table.
  struct Moment {
    Clock::time_point at;
    std::uint64_t epoch = 0;
  };

  boost::asio::awaitable<void> written(Uuid id, boost::asio::awaitable<void> write);
  boost::asio::awaitable<std::string> change_by(Uuid id, engine::VersionedDocuments::Decide decide);
  boost::asio::awaitable<Entry> find(Uuid id);
  std::optional<Entry> fresh(Uuid id);
  Moment moment();
  void drop(Uuid id);
  Entry keep(const Document& document, const Moment& asked);
  void make_room();

  const Settings settings_;
  engine::VersionedDocuments documents_;
  std::mutex mutex_;  // guards what follows
  std::map<Uuid, Entry> entries_;
  std::size_t bytes_ = 0;    // of all entries
  std::uint64_t epoch_ = 0;  // grows when a dictionary changes: what was read before is not kept
};

}  // namespace annals::names
