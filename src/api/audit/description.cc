#include "api/audit/description.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "audit/trail_table.h"
#include "error.h"
#include "http/problem.h"
#include "text/utf8.h"

namespace annals::api {
namespace {

using audit::Record;
using audit::Result;

constexpr int kFirstError = 400;
constexpr int kFirstOfOurs = 500;
/// A part of a request that is longer does not go on record: the trail is no place for other people's data.
constexpr std::size_t kMaxDetails = std::size_t{8} << 10U;

/// Returns those members of a body of JSON.
boost::json::object members_of(const std::string& body, const std::vector<std::string_view>& names) {
  if (names.empty()) return {};
  boost::system::error_code error;
  const auto parsed = boost::json::parse(body, error);
  boost::json::object found;
  if (error || !parsed.is_object()) return found;
  for (const std::string_view name : names) {
    if (const auto* value = parsed.as_object().if_contains(name)) found[name] = *value;
  }
  return found;
}

/// Returns those parameters of a query, each with the list of its values.
boost::json::object parameters_of(const http::Request& request, const std::vector<std::string_view>& names) {
  boost::json::object found;
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(names, name) == names.end()) continue;
    auto& values = found[name];
    if (values.is_null()) values = boost::json::array();
    values.as_array().emplace_back(text::replace_invalid_utf8(value));
  }
  return found;
}

void set_subject(Record& record, std::string_view kind, std::string_view id) {
  const auto uuid = parse_uuid(id);
  if (!uuid) return;
  record.subject = uuid;
  record.details[kind] = uuid_text(*uuid);
}

/// Returns whether a text can be put on record although nobody has checked it.
bool is_plain(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  return text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
         });
}

/// Adds the tenant or the key that the request names, by its path, by its admission or by its header.
void add_subject(Record& record, const Requester& requester, const http::Request& request) {
  if (requester.tenant == audit::trail_id()) {
    record.details["client_id"] = DatabaseName::kTrail;
  } else if (requester.tenant) {
    set_subject(record, "client_id", requester.tenant->text());
  } else if (record.action == audit::Action::delete_tenant) {
    set_subject(record, "client_id", request.agreed_header("x-client-id"));
  }
  for (const auto& [name, value] : request.path_parameters) {
    if (name == "client_id" || name == "key_id") {
      record.details.erase("client_id");
      set_subject(record, name, value);
    } else if (parse_uuid(value) || (name == "backup_id" && is_plain(value))) {  // an event, a file, a backup
      record.details[name] = value;
    }
  }
}

void add_details(Record& record, std::string_view name, boost::json::object details) {
  if (details.empty()) return;
  if (boost::json::serialize(details).size() > kMaxDetails) {
    record.details[name] = "too large";
  } else {
    record.details[name] = std::move(details);
  }
}

void set_status(Record& record, int status, bool may_be_done) {
  record.details["status"] = status;
  if (status < kFirstError) {
    record.result = Result::done;
  } else {
    record.result = may_be_done ? Result::failed : Result::refused;
  }
}

}  // namespace

Record describe(const AuditedRoute& route, const Requester& requester, const http::Request& request) {
  Record record{.action = route.action,
                .result = Result::requested,
                .actor = requester.actor,
                .address = request.client_address,
                .request_id = request.request_id};
  add_subject(record, requester, request);
  auto members = members_of(request.body, route.body);
  const auto* client_id = members.if_contains("client_id");
  if (client_id != nullptr && client_id->is_string())
    set_subject(record, "client_id", client_id->as_string());
  add_details(record, "request", std::move(members));
  add_details(record, "query", parameters_of(request, route.query));
  return record;
}

boost::json::object texts_of(const AuditedRoute& route, const http::Request& request) {
  return route.texts.empty() ? boost::json::object() : members_of(request.body, route.texts);
}

void add_texts(Record& record, const boost::json::object& texts) {
  if (texts.empty() || record.result == Result::refused) return;
  boost::json::object members;
  if (const auto* request = record.details.if_contains("request")) {
    if (!request->is_object()) return;  // too large without them
    members = request->as_object();
  }
  for (const auto& [name, value] : texts) members[name] = value;
  add_details(record, "request", std::move(members));
}

void add_outcome(Record& record, const http::Response& response) {
  set_status(record, response.status, response.status >= kFirstOfOurs);
  for (const auto& [name, id] : members_of(response.body, {"client_id", "key_id"})) {
    if (id.is_string()) set_subject(record, name, id.as_string());
  }
}

void add_outcome(Record& record, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    const int status = http::status_of(known.code());
    set_status(record, status, status >= kFirstOfOurs || known.code() == ErrorCode::files_not_deleted);
    record.details["detail"] = text::replace_invalid_utf8(known.detail());
  } catch (const std::exception&) {
    set_status(record, kFirstOfOurs, true);
  }
}

}  // namespace annals::api
