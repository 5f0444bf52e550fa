#include "tenants/belonging.h"

namespace annals::tenants {

boost::asio::awaitable<bool> Belonging::is_cleaning_up(DatabaseName /*name*/) {
  co_return false;
}

}  // namespace annals::tenants
