#include "lanes/writing.h"

#include <utility>

namespace annals::lanes {

Writing::Writing(const boost::asio::any_io_executor& executor, const Settings& settings)
    : receiving_(settings.max_receiving_bytes),
      commits_(settings.commits),
      lanes_(
          executor,
          [this](events::EventsTable table, std::vector<const events::Event*> events) {
            return commits_.commit(std::move(table), std::move(events));
          },
          settings.lanes),
      intake_(lanes_, receiving_) {}

}  // namespace annals::lanes
