#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace annals::cli {

/// Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that arrive in
/// parts of any size. Of their fields it knows `id` and `data`. Not thread-safe.
class ServerSentEvents {
 public:
  using Take = std::function<void(const std::string& data)>;

  /// Calls `take` with the data of each event that is complete now. Throws std::length_error for a line that
  /// no event of the service has.
  void add(std::string_view part, const Take& take);

  /// Forgets an event that is not complete: the next part belongs to another connection.
  void drop_rest();

  /// Returns the id with which to resume after the last complete event; empty: none was sent yet.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }

 private:
  void take_line(std::string_view line, const Take& take);

  std::string rest_;  // the beginning of a line
  std::string data_;
  std::string id_;
  std::string last_id_;
};

}  // namespace annals::cli
