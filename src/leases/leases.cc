#include "leases/leases.h"

#include "ops/log.h"

namespace annals::leases {

std::string name_key(const DatabaseName& name) {
  return "name:" + name.text();
}

std::string label_key(const std::string& label) {
  return "label:" + label;
}

std::string tenant_key(ClientId id) {
  return "tenant:" + id.text();
}

std::string restore_key(ClientId id) {
  return "restore:" + id.text();
}

boost::asio::awaitable<void> release_quietly(std::unique_ptr<Lease> lease) {
  if (!lease) co_return;
  try {
    co_await lease->release();
  } catch (const std::exception& error) {
    ops::log(ops::Level::warning, "a lease was not given back", {{"error", error.what()}});
  }
}

}  // namespace annals::leases
