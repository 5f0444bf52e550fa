#include "http/problem.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "input/problems.h"

namespace annals::http {
namespace {

struct Captured {
  Response response;
  std::string log;
};

template <class Exception>
Captured problem_of(const Exception& exception) {
  testing::internal::CaptureStderr();
  Response response = problem(std::make_exception_ptr(exception), "req-1");
  return {.response = std::move(response), .log = testing::internal::GetCapturedStderr()};
}

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(Problem, EveryCodeHasItsStatusAndKeepsTheDetail) {
  const struct {
    ErrorCode code;
    int status;
  } cases[] = {{ErrorCode::bad_request, 400},        {ErrorCode::missing_client, 400},
               {ErrorCode::unknown_client, 400},     {ErrorCode::tenant_exists, 400},
               {ErrorCode::files_not_deleted, 400},  {ErrorCode::unauthorized_api_key, 401},
               {ErrorCode::path_not_found, 404},     {ErrorCode::tenant_not_found, 404},
               {ErrorCode::method_not_allowed, 405}, {ErrorCode::request_too_slow, 408},
               {ErrorCode::body_too_large, 413},     {ErrorCode::headers_too_large, 431},
               {ErrorCode::over_quota, 429},         {ErrorCode::overloaded, 503},
               {ErrorCode::engine_unavailable, 503}, {ErrorCode::unauthorized_client, 401},
               {ErrorCode::invalid_link, 403},       {ErrorCode::file_not_found, 404},
               {ErrorCode::file_in_use, 409},        {ErrorCode::precondition_failed, 412},
               {ErrorCode::file_store_full, 507},    {ErrorCode::file_store_unavailable, 503}};
  for (const auto& [code, status] : cases) {
    const auto [response, log] = problem_of(Error(code, "What \"happened\".", "for the log only"));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(status_of(code), status);
    EXPECT_EQ(response.body, R"({"detail":"What \"happened\"."})");
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(header(response, "Retry-After"), status == 503 || status == 429 || status == 507 ? "1" : "")
        << status;
  }
}

TEST(Problem, InvalidInputListsAllProblemsInPydanticsOrderOfKeys) {
  const auto [response, log] = problem_of(input::InvalidInput(
      {{.loc = {"body", "client_label"}, .msg = "field required", .type = "value_error.missing"},
       {.loc = {"body", 7},
        .msg = "ensure this value has at most 64 characters",
        .type = "value_error.any_str.max_length",
        .ctx = {{"limit_value", 64}}}}));
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(
      response.body,
      R"({"detail":[{"loc":["body","client_label"],"msg":"field required","type":"value_error.missing"},)"
      R"({"loc":["body",7],"msg":"ensure this value has at most 64 characters",)"
      R"("type":"value_error.any_str.max_length","ctx":{"limit_value":64}}]})");
  EXPECT_EQ(log, "") << "a client's mistake is not logged";
}

TEST(Problem, AFailureOfOursSaysNothingToTheClientAndEverythingToTheLog) {
  const auto expect_hidden = [](const Captured& captured, std::string_view in_log) {
    EXPECT_EQ(captured.response.status, 500);
    EXPECT_EQ(captured.response.body, R"({"detail":"Internal Server Error","request_id":"req-1"})");
    const auto line = boost::json::parse(captured.log).as_object();
    EXPECT_EQ(line.at("level"), "error");
    EXPECT_EQ(line.at("request_id"), "req-1");
    EXPECT_EQ(std::string(line.at("error").as_string()), in_log);
  };
  expect_hidden(problem_of(std::runtime_error("table is on fire")), "table is on fire");
  expect_hidden(problem_of(Error(ErrorCode::internal, "detail", "log text")), "log text");
  expect_hidden(problem_of(42), "not a std::exception");
}

TEST(Problem, A503LeavesAWarningWithItsReason) {
  const auto [response, log] = problem_of(
      Error(ErrorCode::engine_unavailable, "History database is unavailable.", "connection refused"));
  const auto line = boost::json::parse(log).as_object();
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("error"), "connection refused");
}

TEST(Problem, OtherErrorsOfClientsAreNotLogged) {
  EXPECT_EQ(problem_of(Error(ErrorCode::event_not_found, "Event not found.")).log, "");
}

TEST(Problem, RefusedCredentialsLeaveAWarning) {
  for (const auto code : {ErrorCode::unauthorized_api_key, ErrorCode::unauthorized_client}) {
    EXPECT_NE(problem_of(Error(code, "no")).log.find("credentials refused"), std::string::npos);
  }
}

}  // namespace
}  // namespace annals::http
