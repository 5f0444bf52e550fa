#include "http/preconditions.h"

#include <string_view>

#include "http/date.h"
#include "http/entity_tags.h"
#include "text/ascii.h"

namespace annals::http {
namespace {

using std::chrono::sys_seconds;

/// Returns nullopt if the header is absent, is no date or has several: it is then ignored.
std::optional<sys_seconds> date_of(const Request& request, std::string_view name, sys_seconds now) {
  const auto value = request.list_header(name);
  return value ? parse_http_date(text::trim(*value), now) : std::nullopt;
}

bool is_read(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// Steps 1 and 2 of section 13.2.2. Returns whether the state is the one that the client wants to act on.
bool is_expected(const Request& request, const std::optional<Validators>& current, sys_seconds now) {
  if (const auto wanted = request.list_header("if-match")) {
    return current && names_entity_tag_strongly(*wanted, current->entity_tag);
  }
  const auto since = date_of(request, "if-unmodified-since", now);
  return !since || !current || current->modified <= *since;
}

/// Steps 3 and 4. Returns whether the client has this version.
bool is_known(const Request& request, const Validators& current, sys_seconds now) {
  if (const auto known = request.list_header("if-none-match")) {
    return names_entity_tag(*known, current.entity_tag);
  }
  const auto since = date_of(request, "if-modified-since", now);
  return since && is_read(request) && current.modified <= *since;
}

}  // namespace

Verdict check_preconditions(const Request& request, const std::optional<Validators>& current,
                            sys_seconds now) {
  if (!is_expected(request, current, now)) return Verdict::failed;
  if (!current || !is_known(request, *current, now)) return Verdict::proceed;
  return is_read(request) ? Verdict::not_modified : Verdict::failed;
}

bool range_applies(const Request& request, const Validators& current, sys_seconds now) {
  const auto wanted = request.list_header("if-range");
  if (!wanted) return true;
  const std::string_view version = text::trim(*wanted);
  if (version == current.entity_tag) return true;  // a weak tag never is
  const auto date = parse_http_date(version, now);
  return date && current.date_is_strong && *date == current.modified;
}

}  // namespace annals::http
