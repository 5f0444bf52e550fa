// What goes on record around a handler, and when.
#include "api/audit/auditor.h"

#include "unit/api/admitting.h"

namespace annals::api {
namespace {

boost::asio::awaitable<http::Response> failing(Error error) {
  throw Error(std::move(error));
  co_return http::Response{};
}

/// A body of some parts.
class Parts final : public http::BodyParts {
 public:
  explicit Parts(std::vector<std::string> parts) : parts_(std::move(parts)) {}
  boost::asio::awaitable<std::optional<std::string>> next() override {
    if (at_ == parts_.size()) co_return std::nullopt;
    co_return parts_[at_++];
  }

 private:
  std::vector<std::string> parts_;
  std::size_t at_ = 0;
};

class AuditorTest : public Admitting {
 protected:
  http::Response handle(std::string operation, http::Handler handler, std::string body = "") {
    operation_ = std::move(operation);
    http::Request request;
    request.operation = operation_;
    request.body = std::move(body);
    request.request_id = "r1";
    request.headers = {{"x-client-id", id_.text()}};
    return support::run_to_end(driver_, auditor_.handle({}, std::move(request), std::move(handler)));
  }
  http::Response handle(std::string operation, http::Response response, std::string body = "") {
    return handle(
        std::move(operation), [&](const http::Request& /*request*/) { return answering(response); },
        std::move(body));
  }

  std::string operation_;
};

TEST_F(AuditorTest, AnActIsOnRecordBeforeItsHandlerRuns) {
  std::size_t kept_before = 0;
  handle("create_key", [&](const http::Request& /*request*/) {
    kept_before = kept_.size();
    return answering(
        {.status = 201, .body = R"({"key_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","key":"secret"})"});
  });
  EXPECT_EQ(kept_before, 1U);
  EXPECT_EQ(results(), (Names{"requested", "done"}));
  EXPECT_EQ(kept_.back().at("key_id").as_string(), "7c9e6679-7425-40de-944b-e07fc1f90ae7");
  EXPECT_FALSE(boost::json::serialize(kept_.back()).contains("secret"));
}

TEST_F(AuditorTest, AnActThatCannotBeOnRecordIsNotDone) {
  is_writable_ = false;
  bool was_done = false;
  const auto handler = [&](const http::Request& /*request*/) {
    was_done = true;
    return answering({});
  };
  EXPECT_THROW(handle("create_key", handler), Error);
  EXPECT_FALSE(was_done);
}

TEST_F(AuditorTest, ARequestThatIsWrongIsToldSoWhetherOrNotItCanBeOnRecord) {
  is_writable_ = false;
  operation_ = "create_key";
  http::Request request;
  request.operation = operation_;
  bool was_done = false;
  const auto handler = [&](const http::Request& /*request*/) {
    was_done = true;
    return answering({});
  };
  const auto check = [](const http::Request& /*request*/) { throw Error(ErrorCode::invalid_input, "wrong"); };
  EXPECT_THROW((void)auditor_.handle({}, request, handler, check), Error);
  EXPECT_FALSE(was_done);
  is_writable_ = true;
  EXPECT_EQ(results(), Names{"refused"}) << "expected one record, for which nobody has waited";
}

TEST_F(AuditorTest, AnErrorSaysWhetherTheActMayHaveBeenDone) {
  const auto with = [](const Error& error) {
    return [error](const http::Request& /*request*/) { return failing(error); };
  };
  EXPECT_THROW(handle("delete_tenant", with({ErrorCode::unknown_client, "no"})), Error);
  EXPECT_THROW(handle("delete_tenant", with({ErrorCode::files_not_deleted, "no"})), Error);
  EXPECT_THROW(handle("delete_tenant", with({ErrorCode::engine_unavailable, "no"})), Error);
  EXPECT_EQ(results(), (Names{"requested", "refused", "requested", "failed", "requested", "failed"}));
  EXPECT_EQ(kept_.back().at("client_id").as_string(), id_.text());
}

TEST_F(AuditorTest, OnlyTheNamedMembersOfABodyAreOnRecordAndNotIfTheyAreLarge) {
  const auto request_of = [](const boost::json::object& record) {
    return boost::json::serialize(record.at("request"));
  };
  handle("create_key", http::Response{}, R"({"role":"read","password":"hidden"})");
  EXPECT_EQ(request_of(kept_.front()), R"({"role":"read"})");
  handle("create_key", http::Response{}, R"({"role":")" + std::string(10'000, 'x') + R"("})");
  EXPECT_EQ(request_of(kept_.back()), R"("too large")");
  handle("create_key", http::Response{}, R"({"role":)");
  EXPECT_FALSE(kept_.back().contains("request"));
}

TEST_F(AuditorTest, WhatPeopleWriteFreelyIsOnRecordOnceItMayBeStored) {
  const std::string body = R"({"role":"read","name":"ci"})";
  const auto request_of = [](const boost::json::object& record) {
    return boost::json::serialize(record.at("request"));
  };
  handle("create_key", http::Response{}, body);
  ASSERT_EQ(kept_.size(), 2U);
  EXPECT_EQ(request_of(kept_[0]), R"({"role":"read"})");
  EXPECT_EQ(request_of(kept_[1]), R"({"role":"read","name":"ci"})");
  for (const auto code : {ErrorCode::over_quota, ErrorCode::engine_unavailable}) {
    const auto fail = [code](const http::Request& /*request*/) { return failing({code, "no"}); };
    EXPECT_THROW(handle("create_key", fail, body), Error);
    EXPECT_EQ(request_of(kept_.back()).contains("ci"), code == ErrorCode::engine_unavailable);
  }
}

TEST_F(AuditorTest, WhatOpensSomethingIsGivenOutOnceItIsOnRecord) {
  const auto given =
      handle("create_viewer_token", http::Response{.status = 201, .body = R"({"token":"secret"})"});
  EXPECT_EQ(given.status, 201);
  EXPECT_EQ(results(), Names{"done"});
  EXPECT_FALSE(boost::json::serialize(kept_.back()).contains("secret"));
  is_writable_ = false;
  EXPECT_THROW(handle("create_viewer_token", http::Response{.status = 201}), Error);
}

TEST_F(AuditorTest, AnExportThatIsReadToItsEndIsFinishedAndAnotherIsBrokenOff) {
  for (const bool is_read : {true, false}) {
    auto response =
        handle("export_events", http::Response{.body_parts = std::make_shared<Parts>(Names{"ab", "cde"})});
    (void)support::run_to_end(driver_, response.body_parts->next());
    while (is_read && support::run_to_end(driver_, response.body_parts->next())) {
    }
  }
  EXPECT_EQ(results(), (Names{"started", "finished", "started", "broken_off"}));
  EXPECT_EQ(kept_[1].at("bytes").to_number<int>(), 5);
  EXPECT_EQ(kept_[3].at("bytes").to_number<int>(), 2);
}

TEST_F(AuditorTest, ReadsDoNotWaitForTheirRecords) {
  is_writable_ = false;
  EXPECT_EQ(handle("get_event_file", http::Response{.status = 307}).status, 307);
  is_writable_ = true;
  EXPECT_EQ(results(), Names{"done"});
}

TEST_F(AuditorTest, WhatIsRefusedOrOnlyLooksIsNotOnRecord) {
  handle("list_events", http::Response{});
  handle("get_event_file", http::Response{.status = 404});
  handle("download_file", http::Response{.status = 304});
  EXPECT_EQ(results(), Names{});
}

TEST_F(AuditorTest, OnlyRefusedCredentialsAreRefusals) {
  const access::Credentials credentials{.address = "192.0.2.1"};
  for (const auto code :
       {ErrorCode::unauthorized_api_key, ErrorCode::unauthorized_client, ErrorCode::too_many_wrong_keys,
        ErrorCode::not_allowed, ErrorCode::client_suspended, ErrorCode::invalid_link,
        ErrorCode::unknown_client, ErrorCode::engine_unavailable}) {
    auditor_.note_refusal({code, std::to_string(static_cast<int>(code))}, "list_keys", credentials);
  }
  EXPECT_EQ(results().size(), 6U);
}

}  // namespace
}  // namespace annals::api
