// The file store in S3 against a real server.
#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "files/s3/store.h"
#include "integration/removals.h"
#include "support/servers/s3_server.h"

namespace annals::files {
namespace {

using namespace std::chrono_literals;

constexpr auto kShortTimeout = 1500ms;

boost::asio::awaitable<std::optional<std::string>> part(std::optional<std::string> content) {
  co_return content;
}

NextPart in_one_part(std::string content) {
  return [rest = std::optional(std::move(content))]() mutable {
    return part(std::exchange(rest, std::nullopt));
  };
}

class S3FileStoreTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<support::S3Server>(); }
  static void TearDownTestSuite() { server.reset(); }

  static S3Settings impatient(S3Settings settings) {
    settings.timeout = kShortTimeout;
    return settings;
  }

  static std::unique_ptr<support::S3Server> server;
};

std::unique_ptr<support::S3Server> S3FileStoreTest::server;

TEST_F(S3FileStoreTest, RemovesEveryPageOfOneDatabaseAndNothingOfItsNeighbours) {
  server->put(numbered("a/", 2500));
  const std::vector<std::string> neighbours{"A/1", "a", "a-b/1", "ab/1", "b/a/1"};
  server->put(neighbours);
  S3FileStore store(server->settings());
  int pages = 0;

  const RemovedFiles removed = remove(store, "a", [&pages] { return call([&pages] { ++pages; }); });

  EXPECT_EQ(removed.objects, 2500U);
  EXPECT_EQ(pages, 3);
  EXPECT_TRUE(server->keys("a/").empty());
  EXPECT_EQ(server->keys(""), neighbours);
  EXPECT_EQ(remove(store, "a").objects, 0U) << "a repetition is harmless";
}

TEST_F(S3FileStoreTest, RemovesKeysOfAnyCharacters) {
  const std::vector<std::string> keys{"odd/ blanks ",   "odd/a b",       "odd/a+b",         "odd/a%20b",
                                      "odd/ü€😀",       "odd/a&b<c>\"'", "odd/line\nbreak", "odd/\r\n\t",
                                      "odd/\x01",       "odd/?x=1&y#z",  "odd/../up",       "odd//double/",
                                      "odd/;=:@,$!*()", "odd/\\"};
  server->put(keys);
  ASSERT_EQ(server->keys("odd/").size(), keys.size());
  S3FileStore store(server->settings());

  const RemovedFiles removed = remove(store, "odd");

  EXPECT_EQ(removed.objects, keys.size());
  EXPECT_EQ(server->keys("odd/"), std::vector<std::string>{});
}

TEST_F(S3FileStoreTest, GoesOnAfterAPageThatEndsWithAnOddKey) {
  std::vector<std::string> keys = numbered("edge/0", 999);
  keys.emplace_back("edge/1 +&%\n\x01ü");  // the thousandth
  keys.emplace_back("edge/2");
  server->put(keys);
  S3FileStore store(server->settings());

  EXPECT_EQ(remove(store, "edge").objects, keys.size());
  EXPECT_EQ(server->keys("edge/"), std::vector<std::string>{});
}

TEST_F(S3FileStoreTest, AbortsUnfinishedUploadsOfThatDatabaseOnly) {
  for (const char* key : {"up/1", "up/2 +%20&\r\n\x01ü", "up/2 +", "up/2 +", "up-2/1"})
    server->start_upload(key);
  S3FileStore store(server->settings());

  const RemovedFiles removed = remove(store, "up");

  EXPECT_EQ(removed.unfinished_uploads, 4U);
  EXPECT_EQ(server->unfinished_uploads("up/"), 0U);
  EXPECT_EQ(server->unfinished_uploads("up-2/"), 1U);
}

TEST_F(S3FileStoreTest, WhatBeforePageThrowsStopsTheRemoval) {
  server->put({"stop/1", "stop/2"});
  S3FileStore store(server->settings());
  const auto taken_over = [] { throw std::domain_error("taken over"); };

  EXPECT_THROW(remove(store, "stop", before_page(1, taken_over)), std::domain_error);

  EXPECT_EQ(server->keys("stop/").size(), 2U);
}

TEST_F(S3FileStoreTest, WhatIsUploadedWhileItRemovesIsRemovedToo) {
  server->put({"late/1"});
  S3FileStore store(server->settings());

  const RemovedFiles removed = remove(store, "late", before_page(1, [] { server->put({"late/0"}); }));

  EXPECT_EQ(removed.objects, 2U);
  EXPECT_EQ(server->keys("late/"), std::vector<std::string>{});
}

TEST_F(S3FileStoreTest, AHangingServerIsAFailureWithinTheTimeOutAndARepetitionFinishes) {
  server->put({"hang/1"});
  S3FileStore store(impatient(server->settings()));
  server->fault("hang");
  std::string failure;
  auto took = std::chrono::steady_clock::duration::max();

  for (int tries = 0; tries < 3 && took >= 2 * kShortTimeout; ++tries) {
    const auto start = std::chrono::steady_clock::now();
    failure = failure_of_removal(store, "hang");
    took = std::chrono::steady_clock::now() - start;
  }

  server->fault("resume");
  EXPECT_TRUE(failure.starts_with("S3 GET bucket?list-type:")) << failure;
  EXPECT_LT(took, 2 * kShortTimeout);
  S3FileStore patient(server->settings());
  EXPECT_EQ(remove(patient, "hang").objects, 1U);
  EXPECT_EQ(server->keys("hang/"), std::vector<std::string>{});
}

TEST_F(S3FileStoreTest, AServerThatDiesInTheMiddleIsAFailureAndARepetitionFinishes) {
  server->put(numbered("die/", 1200));
  S3FileStore store(server->settings());

  const std::string failure = failure_of_removal(store, "die", before_page(2, [] { server->fault("kill"); }));

  server->restart();
  EXPECT_TRUE(failure.starts_with("S3 POST bucket?delete:")) << failure;
  EXPECT_EQ(server->keys("die/").size(), 200U) << "the first page was removed";
  EXPECT_EQ(remove(store, "die").objects, 200U);
}

TEST_F(S3FileStoreTest, CredentialsThatAreRefusedAreAFailure) {
  S3Settings settings = server->settings();
  aws::Credentials credentials = settings.credentials.first.value();
  credentials.secret_access_key = crypto::Secret("wrong");
  settings.credentials = aws::fixed_source("the test", std::move(credentials));
  S3FileStore wrong_secret(settings);
  EXPECT_EQ(
      failure_of_removal(wrong_secret, "any"),
      "S3 GET bucket?list-type: status 403 SignatureDoesNotMatch (attempt 1): the secret key is wrong; check "
      "AWS_SECRET_ACCESS_KEY or the credentials file");
  EXPECT_THROW(support::run(wrong_secret.check()), FileStoreError);

  S3FileStore store(server->settings());
  EXPECT_NO_THROW(support::run(store.check()));
  server->fault("suspend");
  const std::string failure = failure_of_removal(store, "any");
  server->fault("unsuspend");
  EXPECT_TRUE(failure.starts_with("S3 GET bucket?list-type: status 403")) << failure;
}

TEST_F(S3FileStoreTest, AMissingBucketIsAFailure) {
  S3Settings settings = server->settings();
  settings.bucket = "no-such-bucket";
  S3FileStore store(settings);

  EXPECT_EQ(
      failure_of_removal(store, "any"),
      "S3 GET bucket?list-type: status 404 NoSuchBucket (attempt 1): the bucket does not exist; create it, "
      "or check files.s3_bucket and files.s3_endpoint");
  EXPECT_THROW(support::run(store.check()), FileStoreError);
}

TEST_F(S3FileStoreTest, RefusalsForSingleKeysAreAFailureAlthoughTheStatusIs200AndTheOthersGo) {
  std::vector<std::string> keys = numbered("part/", 1100);
  for (int i = 0; i < 3; ++i) keys.push_back(fmt::format("part/kept-{}", i));
  server->put(keys);
  server->start_upload("part/upload");
  server->deny_deletion("part/kept-");
  S3FileStore store(server->settings());

  const std::string failure = failure_of_removal(store, "part");

  EXPECT_EQ(failure, "S3 refused to delete 3 files under part/, the first with AccessDenied");
  EXPECT_EQ(server->keys("part/").size(), 3U) << "what can be removed is removed";
  EXPECT_EQ(server->unfinished_uploads("part/"), 0U);
  server->allow_deletion();
  EXPECT_EQ(remove(store, "part").objects, 3U);
}

TEST_F(S3FileStoreTest, ARefusalForAKeyThatIsDeletedAloneIsAFailureToo) {
  server->put({"alone/\n", "alone/1"});
  server->deny_deletion("alone/\\n");
  S3FileStore store(server->settings());

  const std::string failure = failure_of_removal(store, "alone");

  server->allow_deletion();
  EXPECT_EQ(failure, "S3 refused to delete 1 files under alone/, the first with AccessDenied");
  EXPECT_EQ(remove(store, "alone").objects, 1U);
}

TEST_F(S3FileStoreTest, AnotherPageInPlaceOfAReplyIsAFailure) {
  server->put({"portal/1"});
  S3FileStore store(server->proxy_settings());
  for (const char* operation : {"list", "delete", "get"}) {
    server->proxy_fault(operation, "html");
    const std::string failure = failure_of_removal(store, "portal");
    server->proxy_fault(operation, "none");
    EXPECT_TRUE(failure.starts_with("the reply is <html>")) << operation << ": " << failure;
  }
  server->proxy_fault("all", "html");
  EXPECT_THROW(support::run(store.check()), FileStoreError);
  server->proxy_fault("all", "none");
  EXPECT_NO_THROW(support::run(store.check()));
  EXPECT_NO_THROW(remove(store, "portal"));
  EXPECT_EQ(server->keys("portal/"), std::vector<std::string>{});
}

TEST_F(S3FileStoreTest, AnotherPageInPlaceOfAReplyIsNoFileThatWasWrittenOrFound) {
  S3FileStore store(server->proxy_settings());
  const TenantFile file{.owner = ClientId::random(), .database = database("page"), .id = FileId::random()};
  const auto put = [&] { support::run(store.put(file, {}, 5, in_one_part("12345"))); };
  const auto find = [&] { return support::run(store.find(file)); };

  server->proxy_fault("put", "html");
  EXPECT_THROW(put(), FileStoreError);
  server->proxy_fault("put", "none");
  EXPECT_EQ(server->keys("page/"), std::vector<std::string>{});
  server->proxy_fault("head", "html");
  EXPECT_THROW((void)find(), FileStoreError);
  server->proxy_fault("head", "none");

  EXPECT_FALSE(find());
  put();
  EXPECT_EQ(find().value().size, 5U);
}

TEST_F(S3FileStoreTest, AFailureThatPassesIsNotSeen) {
  S3FileStore store(server->proxy_settings());
  for (const char* fault : {"503-once", "reset-once", "lost-reply-once"}) {
    server->put({"slow/1", "slow/2"});
    server->start_upload("slow/3");
    for (const char* operation : {"list", "delete", "remove"}) server->proxy_fault(operation, fault);

    const RemovedFiles removed = remove(store, "slow");

    EXPECT_EQ(removed.objects, 2U) << fault;
    EXPECT_EQ(removed.unfinished_uploads, 1U) << fault;
    EXPECT_EQ(server->keys("slow/"), std::vector<std::string>{}) << fault;
  }
}

TEST_F(S3FileStoreTest, AServerThatKeepsFailingIsAFailureAfterThreeAttempts) {
  S3FileStore store(server->proxy_settings());
  for (const auto& [fault, text] :
       {std::pair("503", "status 503 SlowDown"), std::pair("500", "status 500 InternalError")}) {
    server->proxy_fault("list", fault);
    EXPECT_EQ(failure_of_removal(store, "any"), fmt::format("S3 GET bucket?list-type: {} (attempt 3)", text));
  }
  server->proxy_fault("list", "reset");
  const std::string failure = failure_of_removal(store, "any");
  EXPECT_TRUE(failure.ends_with("(attempt 3)")) << failure;
  server->proxy_fault("list", "none");
}

TEST_F(S3FileStoreTest, AReplyThatIsLostAfterTheWorkWasDoneIsNoHarm) {
  S3FileStore store(server->proxy_settings());
  for (const char* operation : {"delete", "remove"}) {
    server->put({"lost/1", "lost/2\n"});
    server->start_upload("lost/3");
    server->proxy_fault(operation, "lost-reply");
    const std::string failure = failure_of_removal(store, "lost");
    EXPECT_NE(failure.find("status 500 InternalError (attempt 3)"), std::string::npos)
        << operation << ": " << failure;
    server->proxy_fault(operation, "none");

    EXPECT_NO_THROW(remove(store, "lost"));

    EXPECT_EQ(server->keys("lost/"), std::vector<std::string>{});
    EXPECT_EQ(server->unfinished_uploads("lost/"), 0U);
  }
}

TEST_F(S3FileStoreTest, TheBucketMayBeInTheHostName) {
  S3Settings settings = server->settings();
  settings.endpoint.replace(settings.endpoint.find("127.0.0.1"), std::string_view("127.0.0.1").size(),
                            "localhost");
  settings.path_style = false;
  server->put({"virtual/a b", "virtual/2"});
  server->start_upload("virtual/3");
  S3FileStore store(settings);

  EXPECT_NO_THROW(support::run(store.check()));
  const RemovedFiles removed = remove(store, "virtual");

  EXPECT_EQ(removed.objects, 2U);
  EXPECT_EQ(removed.unfinished_uploads, 1U);
  EXPECT_EQ(server->keys("virtual/"), std::vector<std::string>{});
}

/// Last, because it changes the bucket for good: versioning can be suspended, but not taken back.
TEST_F(S3FileStoreTest, RemovesOlderVersionsAndDeleteMarkersToo) {
  (void)server->request("PUT", "", {{"versioning", ""}},
                        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
  server->put({"version/1", "version/2"});
  server->put({"version/1"});
  (void)server->request("DELETE", "version/2");
  server->put({"version/ +%20&\r\n\x01ü"});
  (void)server->request("DELETE", "version/ +%20&\r\n\x01ü");
  ASSERT_EQ(server->keys("version/").size(), 6U);
  S3FileStore store(server->settings());

  EXPECT_EQ(remove(store, "version").objects, 1U) << "one object was visible";

  EXPECT_EQ(server->keys("version/"), std::vector<std::string>{});
}

TEST_F(S3FileStoreTest, CountsTheBytesOfEveryPageOfOneDatabase) {
  S3FileStore store(server->settings());
  EXPECT_EQ(support::run(store.stored_bytes(database("bytes"))), 0U);
  server->put({"bytes/one", "bytes-2/one"});
  const auto of_one = support::run(store.stored_bytes(database("bytes")));
  EXPECT_GT(of_one, 0U);

  server->put(numbered("bytes/", 1500));

  EXPECT_EQ(support::run(store.stored_bytes(database("bytes"))), 1501 * of_one);
}

TEST_F(S3FileStoreTest, OfNamedFilesThoseThatAreThereGo) {
  const std::vector<FileId> files{FileId::random(), FileId::random(), FileId::random()};
  const auto key_of = [&](std::size_t i) { return "named/" + files.at(i).text(); };
  server->put({key_of(0), key_of(1), key_of(0) + "-longer"});
  S3FileStore store(server->settings());
  const auto remove_two = [&] {
    return support::run(store.remove_files(database("named"), {files.at(0), files.at(2)}, nothing())).objects;
  };

  EXPECT_EQ(remove_two(), 1U) << "one of the two was never uploaded";
  EXPECT_EQ(remove_two(), 0U) << "it may be repeated";

  std::vector<std::string> left{key_of(1), key_of(0) + "-longer"};
  std::ranges::sort(left);
  EXPECT_EQ(server->keys("named/"), left);
}

}  // namespace
}  // namespace annals::files
