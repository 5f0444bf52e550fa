#include "cli/events/server_sent_events.h"

#include <stdexcept>

namespace annals::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;  // an event has 4 MiB, its JSON may be longer

}  // namespace

void ServerSentEvents::add(std::string_view part, const Take& take) {
  while (true) {
    const auto end = part.find('\n');
    if (rest_.size() + std::min(end, part.size()) > kMostBytes) {
      throw std::length_error("the service sent an event of more than 64 MiB");
    }
    if (end == std::string_view::npos) {
      rest_ += part;
      return;
    }
    rest_ += part.substr(0, end);
    part.remove_prefix(end + 1);
    std::string line;
    line.swap(rest_);
    if (line.ends_with('\r')) line.pop_back();
    take_line(line, take);
  }
}

void ServerSentEvents::drop_rest() {
  rest_.clear();
  data_.clear();
  id_ = last_id_;
}

void ServerSentEvents::take_line(std::string_view line, const Take& take) {
  if (line.empty()) {
    std::string data;
    data.swap(data_);
    last_id_ = id_;
    if (!data.empty()) take(data);
    return;
  }
  const auto colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") id_ = value;
  if (name != "data") return;
  if (!data_.empty()) data_ += '\n';
  data_ += value;
}

}  // namespace annals::cli
