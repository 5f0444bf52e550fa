#include "cli/import/delivery.h"

#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/problem_words.h"

namespace annals::cli {
namespace {

constexpr int kCreated = 201;
constexpr int kInvalid = 422;
/// The number of parts of a `loc` before the field: `["body", <index>, <field>…]`.
constexpr std::size_t kPlaceOfItem = 2;

/// Returns the line of the body with that index.
std::string line_of(const std::string& body, std::size_t index) {
  std::size_t begin = 0;
  for (; index > 0; --index) begin = body.find('\n', begin) + 1;
  return body.substr(begin, body.find('\n', begin) - begin);
}

BadLine bad_line(const ImportBatch& batch, std::size_t index, std::vector<std::string> problems) {
  return {.line = batch.lines.at(index), .problems = std::move(problems), .text = line_of(batch.body, index)};
}

/// Reads the body of a 201. Its indexes count the lines of the batch's body.
BatchOutcome outcome_of(const ImportBatch& batch, std::string_view answer) {
  const auto value = boost::json::parse(answer);
  const auto& object = value.as_object();
  BatchOutcome outcome{.accepted = object.at("accepted").to_number<std::uint64_t>(),
                       .duplicates = object.at("duplicates").to_number<std::uint64_t>()};
  if (const auto* conflicts = object.if_contains("conflicts")) {
    outcome.conflicts = conflicts->to_number<std::uint64_t>();
  }
  for (const auto& error : object.at("errors").as_array()) {
    std::vector<std::string> problems;
    for (const auto& problem : error.at("detail").as_array()) {
      problems.push_back(words_of(problem, kPlaceOfItem));
    }
    outcome.bad.push_back(bad_line(batch, error.at("index").to_number<std::size_t>(), std::move(problems)));
  }
  if (const auto* more = object.if_contains("errors_left_out")) {
    outcome.bad_left_out = more->to_number<std::uint64_t>();
  }
  return outcome;
}

/// Throws the error that a 422 stands for. Lines are checked before they are sent, so only a service of
/// another version answers 422.
[[noreturn]] void stop_at(const ImportBatch& batch, std::string_view answer) {
  const auto words = problems_of(answer, kPlaceOfItem);
  boost::system::error_code error;
  const auto value = boost::json::parse(answer, error);
  boost::system::error_code not_there;
  const auto* index = value.find_pointer("/detail/0/loc/1", not_there);
  const bool named = index != nullptr && index->is_int64() && index->get_int64() >= 0 &&
                     std::cmp_less(index->get_int64(), batch.lines.size());
  if (!named) throw ServiceRefusal("the service rejected the events: " + words, kInvalid);
  throw ImportStopped(bad_line(batch, static_cast<std::size_t>(index->get_int64()), {words}));
}

}  // namespace

BatchOutcome deliver(ServiceClient& client, const ImportBatch& batch, bool skip_bad) {
  BatchOutcome outcome;
  if (!batch.lines.empty()) {
    ServiceClient::Request request{.method = "POST",
                                   .target = skip_bad ? "/api/events?on_error=skip" : "/api/events",
                                   .content_type = "application/x-ndjson",
                                   .body = batch.body};
    const auto answer = client.send_with_retries([&request] { return request; });
    if (answer.status != kCreated) stop_at(batch, answer.body);
    outcome = outcome_of(batch, answer.body);
  }
  std::ranges::copy(batch.bad, std::back_inserter(outcome.bad));
  std::ranges::sort(outcome.bad, {}, &BadLine::line);
  return outcome;
}

}  // namespace annals::cli
