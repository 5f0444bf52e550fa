#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/problem_words.h"
#include "cli/events/event_row.h"
#include "cli/events/options.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "ids/uuid.h"
#include "input/foreign_id.h"
#include "input/json_value.h"

namespace annals::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20U;  // the service's own limit for an event

void say(std::string_view text) {
  fmt::print(stderr, "annals events: {}\n", text);
}

std::string content_of(std::istream& stream, const std::string& name) {
  std::string content;
  for (std::istreambuf_iterator<char> at(stream), end; at != end; ++at) {
    if (content.size() == kMostBytes)
      throw Mistake(fmt::format("{} has more than {} bytes", name, kMostBytes));
    content += *at;
  }
  if (stream.bad()) throw Mistake(fmt::format("cannot read {}", name));
  return content;
}

/// Returns event_data as the options give it. It is checked here, because it becomes a part of a request.
std::string data_of(const SendOptions& options) {
  std::string data = options.data;
  if (options.data_file == "-") {
    data = content_of(std::cin, "standard input");
  } else if (!options.data_file.empty()) {
    std::ifstream file(options.data_file, std::ios::binary);
    if (!file) throw Mistake(fmt::format("cannot read {}", options.data_file));
    data = content_of(file, options.data_file);
  } else if (data.empty()) {
    throw Mistake("event_data is missing: pass --data or --data-file");
  }
  constexpr std::size_t kMaxDepth = 512;
  if (const auto value = input::parse_json(data, kMaxDepth)) return in_one_line(value->text());
  throw Mistake("event_data is not JSON; a text needs quotes of its own: --data '\"text\"'");
}

/// Returns an id as JSON.
std::string id_of(const char* name, const std::string& notation) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();  // the service knows better
  const auto id = input::id_in_notation(notation, kMax);
  if (!id) throw Mistake(words_of(input::at({std::string(name)}, id.error())));
  return id->json();
}

std::string body_of(const SendOptions& options, const std::string& event_id) {
  const auto text = [](const std::string& value) {
    return boost::json::serialize(boost::json::string(value));
  };
  std::string body = fmt::format(
      R"({{"event_id":{},"record_id":{},"event_type_id":{},"source_type_id":{},"source_id":{},"event_data":{})",
      text(event_id), id_of("record_id", options.record_id), id_of("event_type_id", options.event_type_id),
      id_of("source_type_id", options.source_type_id), id_of("source_id", options.source_id),
      data_of(options));
  if (!options.event_time.empty()) body += fmt::format(R"(,"event_time":{})", text(options.event_time));
  if (!options.file_id.empty()) body += fmt::format(R"(,"file_id":{})", text(options.file_id));
  return body + "}";
}

/// Tells what became of an event that was not stored as it is.
int outcome_of(const boost::json::object& answer) {
  if (answer.contains("conflicts")) {
    say("not stored: another event has this event_id");
    return kRejected;
  }
  if (answer.at("accepted") != 1) say("it was stored already");
  return kDone;
}

}  // namespace

int send_event(const SendOptions& options) {
  constexpr int kInvalid = 422;
  const std::string event_id = options.event_id.empty() ? uuid_text(random_uuid()) : options.event_id;
  const std::string body = body_of(options, event_id);
  ServiceClient client(options.service.access(), say);
  const auto reply = client.send_with_retries([&body] {
    return ServiceClient::Request{
        .method = "POST", .target = "/api/events", .content_type = "application/json", .body = body};
  });
  if (reply.status == kInvalid) throw Mistake("the service rejected it: " + problems_of(reply.body, 1));
  auto answer = object_in(reply);
  const int outcome = outcome_of(answer);
  if (options.json) {
    answer["event_id"] = event_id;
    print_line(boost::json::serialize(answer));
  } else if (outcome == kDone) {
    print_line(event_id);
  }
  return outcome;
}

}  // namespace annals::cli
