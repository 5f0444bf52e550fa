#include <cstdio>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include "cli/events/event_row.h"
#include "cli/events/options.h"
#include "cli/events/server_sent_events.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

using namespace std::chrono_literals;

/// The service sends a comment every few seconds, so a longer silence means that the connection is lost.
constexpr auto kMaxPause = 60s;

void say(std::string_view text) {
  fmt::print(stderr, "annals events: {}\n", text);
}

/// Follows a tenant over any number of connections.
class Following {
 public:
  explicit Following(const TailOptions& options) : options_(options), filter_(options.filter.query()) {}

  ServiceClient::Request request() {
    stream_.drop_rest();
    const std::string cursor = stream_.last_id().empty() ? options_.after : stream_.last_id();
    std::string target = "/api/history/tail?" + filter_;
    if (!cursor.empty() || options_.from_start) target += "&cursor=" + text::percent_encode(cursor);
    return {.target = target};
  }

  /// Returns false once the events cannot be written; throw_failure() then says why.
  bool take(std::string_view part) noexcept {
    try {
      stream_.add(part, [this](const std::string& event) { show(event); });
    } catch (...) {
      failure_ = std::current_exception();
    }
    return failure_ == nullptr;
  }

  [[nodiscard]] std::optional<std::string> flaw() const {
    if (failure_ != nullptr) return std::nullopt;
    return "it ended the tail";
  }

  void throw_failure() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  void show(const std::string& event) {
    if (options_.json) {
      print_line(event);
      return;
    }
    table_.add(event_cells(parsed_event(event)));
    table_.print();
  }

  const TailOptions& options_;
  const std::string filter_;
  ServerSentEvents stream_;
  Table table_ = event_table();
  std::exception_ptr failure_;
};

}  // namespace

int tail_events(const TailOptions& options) {
  constexpr int kInvalid = 422;
  ServiceClient client(options.service.access(), say);
  Following following(options);
  const ServiceClient::Download download{
      .sink = [&following](const std::string& part) { return following.take(part); },
      .flaw = [&following] { return following.flaw(); },
      .resumable = true,
      .max_pause = kMaxPause};
  const auto answer = client.send_with_retries([&following] { return following.request(); }, &download);
  if (answer.status == kInvalid) throw Mistake("the service rejected it: " + problems_of(answer.body, 1));
  following.throw_failure();
  return kDone;
}

}  // namespace annals::cli
