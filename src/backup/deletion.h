#pragma once

#include <map>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "backup/catalogue.h"

namespace annals::backup {

/// Deletes backups, but none that an increment needs or that a job uses, of whatever instance and whatever
/// service that shares the destination. There is no lock: whoever deletes marks the backup first and looks
/// then for those who need it, and whoever needs it marks that first and looks then for a deletion. So at
/// least one of them sees the other. Thread-safe. Every call throws as Destination.
class Deletion {
 public:
  /// `catalogue` must outlive this object and its calls.
  explicit Deletion(Catalogue& catalogue) : catalogue_(catalogue) {}

  /// Deletes nothing. Throws Error(backup_not_found) if there is no such backup, and Error(backup_refused)
  /// that says who needs it.
  boost::asio::awaitable<void> check(std::string id);

  /// Deletes a backup in whatever state. Throws as check(). A crash at any step leaves one that is complete,
  /// as before, or one that is being deleted and is used by nobody; deleting it again finishes that.
  boost::asio::awaitable<void> run(std::string id);

 private:
  boost::asio::awaitable<Marks> look(std::string id);
  boost::asio::awaitable<bool> look_at_others(std::string id, std::map<std::string, Marks> all);
  boost::asio::awaitable<bool> look_at_complete(std::string id, std::string other);
  boost::asio::awaitable<bool> look_at_unfinished(std::string id, std::string other);
  boost::asio::awaitable<void> remove_deletions(std::string id);

  Catalogue& catalogue_;
};

}  // namespace annals::backup
