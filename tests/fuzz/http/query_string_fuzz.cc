// Properties: a request target that Boost.URL takes too has the path and the parameters that Boost.URL
// decodes; a path without the slashes at its end is the same path; the readers of the history's queries
// return what is within their bounds, or problems; and the link to the next page has the parameters of this
// one.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "api/described/limits.h"
#include "api/history_query.h"
#include "fuzz/fuzzing.h"
#include "http/server/request_target.h"
#include "text/utf8.h"

namespace annals {
namespace {

using fuzzing::require;
using Query = std::vector<std::pair<std::string, std::string>>;

// Returns what the parameter is to Boost.URL, or as it was sent if that is no UTF-8.
std::string decoded(boost::urls::pct_string_view text) {
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  std::string result = text.decode(options);
  return text::is_utf8(result) ? result : std::string(text);
}

Query query_of(const boost::urls::url_view& url) {
  Query query;
  if (!url.has_query()) return query;
  for (const auto& parameter : url.encoded_params()) {
    if (parameter.key.empty() && !parameter.has_value) continue;
    query.emplace_back(decoded(parameter.key), decoded(parameter.value));
  }
  return query;
}

bool can_name(const std::string& segment) {
  return text::is_utf8(segment) && !segment.contains('\0');
}

void compare(std::string_view target, const std::optional<http::RequestTarget>& parsed) {
  const auto url = boost::urls::parse_origin_form(target);
  // Boost.URL takes the beginning `/.` of a path for a mark of its own, and skips it.
  if (!url || target.starts_with("/./")) return;
  std::vector<std::string> segments;
  for (const auto& segment : url->encoded_segments()) segments.push_back(segment.decode());
  if (segments.empty()) segments.emplace_back();
  require(parsed.has_value() == std::ranges::all_of(segments, can_name),
          "a path to be taken if it can name something");
  if (!parsed) return;
  require(parsed->segments == segments, "the segments that Boost.URL finds");
  require(parsed->query == query_of(*url), "the parameters that Boost.URL finds");
}

void check_shorter(std::string_view target, const http::RequestTarget& parsed) {
  const auto shorter = http::without_trailing_slashes(target);
  const bool has_slash = parsed.segments.size() > 1 && parsed.segments.back().empty();
  require(!shorter || has_slash, "no slash taken where there is none");
  if (!shorter) return;
  auto segments = parsed.segments;
  while (segments.back().empty()) segments.pop_back();
  const auto again = http::parse_request_target(*shorter);
  require(again && again->segments == segments && again->query == parsed.query,
          "the path without its slashes");
}

void check_filter(const history::Filter& filter) {
  for (const auto& bound : {filter.from, filter.to})
    require(!bound || text::is_storable(*bound), "storable bounds");
  require(filter.fields.size() <= api::described::kMaxFields, "no more fields than allowed");
}

template <class Read>
auto read(const http::Request& request, Read reader) -> std::optional<decltype(reader(request))> {
  try {
    return reader(request);
  } catch (const input::InvalidInput& error) {
    require(!error.problems().empty(), "a problem of a query that is refused");
    (void)input::detail_of(error.problems());
    return std::nullopt;
  }
}

void check_queries(const http::Request& request) {
  if (const auto list = read(request, api::read_list_query)) {
    check_filter(list->page.filter);
    require(list->page.limit >= 1 && list->page.limit <= 1000, "a limit within its bounds");
    require(list->page.offset == 0 || !list->by_cursor, "no offset beside a cursor");
  }
  if (const auto counts = read(request, api::read_count_by_query)) {
    check_filter(counts->filter);
    require(counts->bucket || !counts->columns.empty(), "something to count by");
  }
  if (const auto exported = read(request, api::read_export_query)) check_filter(exported->filter);
  if (const auto tail = read(request, api::read_tail_query)) check_filter(tail->filter);
  (void)read(request, api::read_event_query);
  (void)read(request, api::wants_names);
}

void check_next_page(const http::Request& request) {
  http::Request here = request;
  here.path = "/next";  // that of the request is decoded, and would have to be encoded again
  const auto next = http::parse_request_target(api::with_parameter(here, "cursor", "t1 &=+%"));
  Query expected = request.query;
  std::erase_if(expected, [](const auto& one) { return one.first == "offset" || one.first == "cursor"; });
  std::erase_if(expected, [](const auto& one) { return one.first.empty() && one.second.empty(); });
  expected.emplace_back("cursor", "t1 &=+%");
  require(next.has_value(), "a target");
  Query found = next->query;
  std::erase_if(found, [](const auto& one) { return one.first.empty() && one.second.empty(); });
  require(found == expected, "the parameters of this page");
}

void check(std::string_view target) {
  auto parsed = http::parse_request_target(target);
  compare(target, parsed);
  if (!parsed) return;
  check_shorter(target, *parsed);
  http::Request request;
  request.path = parsed->path;
  request.query = std::move(parsed->query);
  check_queries(request);
  check_next_page(request);
}

}  // namespace
}  // namespace annals

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  // The parser of requests lets no other characters through.
  if (std::ranges::all_of(target, [](char c) { return c > ' ' && c < '\x7F'; })) annals::check(target);
  return 0;
}
