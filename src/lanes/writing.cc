#include "lanes/writing.h"

#include <utility>

namespace annals::lanes {
namespace {

constexpr std::size_t kDecodingThreads = 2;
/// Each waiting body belongs to a connection and counts against the budget of what is being received, which
/// are the limits that a sender meets first.
constexpr std::size_t kMaxDecodings = 65'536;

}  // namespace

Writing::Writing(const boost::asio::any_io_executor& executor, const Settings& settings)
    : receiving_(io::Budget::fair(settings.max_receiving_bytes)),
      lanes_(executor, choose(settings), settings.lanes, settings.find_files),
      decoding_(std::in_place, kDecodingThreads, kMaxDecodings),
      intake_(lanes_, receiving_, *decoding_, {.time = settings.receiving_time}) {}

void Writing::join() {
  decoding_.reset();
}

void Writing::forget(ClientId owner) {
  if (commits_) commits_->forget(owner);
  if (journaled_) journaled_->forget(owner);
}

Commit Writing::choose(const Settings& settings) {
  if (!settings.journaled) {
    commits_.emplace(settings.commits);
    return [this](events::EventsTable table, std::vector<const events::Event*> events) {
      return commits_->commit(std::move(table), std::move(events));
    };
  }
  journaled_.emplace(JournaledCommits::Settings{.max_known_bytes = settings.max_known_bytes,
                                                .wait_for_room = settings.commits.retry_for},
                     *settings.journaled);
  return [this](events::EventsTable table, std::vector<const events::Event*> events) {
    return journaled_->commit(std::move(table), std::move(events));
  };
}

}  // namespace annals::lanes
