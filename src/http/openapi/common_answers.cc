#include "http/openapi/common_answers.h"

#include <string_view>
#include <utility>

#include <boost/json.hpp>

namespace annals::http {
namespace {

using TenantHeader = Access::TenantHeader;

CommonAnswer common(std::string name, int status, std::string summary,
                    const std::vector<std::string_view>& details) {
  Answer answer{.status = status, .summary = std::move(summary)};
  for (const std::string_view detail : details) {
    answer.examples.push_back(boost::json::serialize(boost::json::object{{"detail", detail}}));
  }
  return {.name = std::move(name), .answer = std::move(answer)};
}

void add_for_body(const Route& route, std::vector<CommonAnswer>& answers) {
  answers.push_back(
      common("TooSlow", 408, "The body arrived too slowly.", {"Request took too long to arrive."}));
  answers.push_back(
      common("TooLarge", 413, "The body is too large.", {"Request body is larger than 1048576 bytes."}));
  if (route.keeps_content_encoding) return;
  answers.push_back(common("UnsupportedEncoding", 415, "`Content-Encoding` is neither gzip nor zstd.",
                           {"Content-Encoding br is not supported."}));
}

void add_for_tenant(const Route& route, std::vector<CommonAnswer>& answers) {
  const Access& access = route.admit.access();
  if (access.tenant_header == TenantHeader::optional && !access.has_viewer_token) {
    answers.push_back(common("MissingClient", 400, "`X-Client-Secret` is sent without `X-Client-Id`.",
                             {"Unauthorized Client."}));
  } else if (access.tenant_header != TenantHeader::unused) {
    answers.push_back(common("UnknownClient", 400,
                             "`X-Client-Id` is missing, or is that of no active tenant.",
                             {"Unauthorized Client.", "Failed to connect to tenant db."}));
  } else if (route.operation.body && !route.keeps_content_encoding) {
    answers.push_back(common("InvalidEncoding", 400, "The body is not what `Content-Encoding` says.",
                             {"Request body is not valid gzip."}));
  }
}

void add_for_key(const Access& access, std::vector<CommonAnswer>& answers) {
  if (access.has_tenant_secret) {
    answers.push_back(common("UnauthorizedCaller", 401,
                             "The key, the secret or the token is missing or wrong.",
                             {"Unauthorized API Key.", "Unauthorized Client."}));
    answers.push_back(common("RefusedCaller", 403, "The caller may not do this, or the tenant is suspended.",
                             {"Not allowed for this key.", "Client is suspended."}));
  } else {
    answers.push_back(common("Unauthorized", 401, "The key is missing or wrong.", {"Unauthorized API Key."}));
    answers.push_back(
        common("NotAllowed", 403, "The key's role does not permit this.", {"Not allowed for this key."}));
  }
  answers.push_back(common("TooMany", 429,
                           "Too many wrong keys came from this address, or too many requests.",
                           {"Too many wrong keys from this address. Try again later."}));
}

}  // namespace

std::vector<CommonAnswer> common_answers(const Route& route) {
  const Access& access = route.admit.access();
  std::vector<CommonAnswer> answers;
  add_for_tenant(route, answers);
  if (access.has_signed_link) {
    answers.push_back(common("RefusedLink", 403, "The link is invalid, or its tenant is suspended.",
                             {"The link is invalid or has expired.", "Client is suspended."}));
  } else if (!access.is_open()) {
    add_for_key(access, answers);
  }
  if (route.operation.body) add_for_body(route, answers);
  if (!route.is_vital) {
    answers.push_back(common("Unavailable", 503,
                             "Something that is needed is out of reach, or a queue is full.",
                             {"History database is unavailable.", "Too many connections."}));
  }
  answers.push_back(common("Other", 0, "A fault of the service, or a request that is no valid HTTP.",
                           {"Internal Server Error", "Invalid HTTP request."}));
  return answers;
}

Schema problem_schema() {
  return schemas::named(
      "Problem", "What is wrong.",
      schemas::object({{.name = "detail", .type = schemas::text(), .summary = "What is wrong, for people."},
                       {.name = "request_id",
                        .type = schemas::text(),
                        .summary = "Names the request in the log, if the fault is the service's.",
                        .optional = true}}));
}

Schema field_problem_schema() {
  return schemas::named(
      "FieldProblem", "A field that is wrong, as pydantic 1.10 words it.",
      schemas::object({{.name = "loc",
                        .type = schemas::list(schemas::any_of({"string", "integer"})),
                        .summary = "Where it stands: `body`, `query` or `header`, then names and indexes."},
                       {.name = "msg", .type = schemas::text(), .summary = "What is wrong, for people."},
                       {.name = "type", .type = schemas::text(), .summary = "What is wrong, for programs."},
                       {.name = "ctx",
                        .type = Schema("object"),
                        .summary = "The limits that `msg` names.",
                        .optional = true}}));
}

Schema invalid_input_schema() {
  return schemas::named("InvalidInput", "Every field that is wrong.",
                        schemas::object({{.name = "detail",
                                          .type = schemas::list(field_problem_schema(), 1),
                                          .summary = "All problems of the request, in field order."}}));
}

}  // namespace annals::http
