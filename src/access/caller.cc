#include "access/caller.h"

#include <stdexcept>

namespace annals::access {

events::EventsTable Caller::table() const {
  if (!tenant) throw std::logic_error("the caller was not admitted to one tenant");
  return table_of(*tenant);
}

events::EventsTable Caller::table_of(const tenants::Tenant& addressee) const {
  if (engine == nullptr) throw std::logic_error("the caller was not admitted to any tenant");
  return {.engine = *engine, .database = addressee.database, .owner = addressee.id, .request_id = request_id};
}

}  // namespace annals::access
