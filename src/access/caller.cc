#include "access/caller.h"

#include <stdexcept>

#include "text/time.h"

namespace annals::access {

events::EventsTable Caller::table() const {
  if (!tenant) throw std::logic_error("the caller was not admitted to one tenant");
  auto table = table_of(*tenant);
  if (viewer) table.visible = viewer->visible;
  return table;
}

events::EventsTable Caller::table_of(const tenants::Tenant& addressee) const {
  if (engine == nullptr) throw std::logic_error("the caller was not admitted to any tenant");
  return {.engine = *engine,
          .database = addressee.database,
          .owner = addressee.id,
          .request_id = request_id,
          .kept_from = addressee.kept_from(text::now())};
}

}  // namespace annals::access
