// What every Engine must do, run against both adapters: the embedded library and a real server behind HTTP.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <future>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "engine/embedded/engine.h"
#include "engine/remote/engine.h"
#include "support/coroutines/run.h"
#include "support/machine/temporary_directory.h"
#include "support/servers/clickhouse_server_process.h"

namespace annals::engine {
namespace {

using support::run;

/// An engine with what it stands on. The embedded one can be opened once per process, so all tests share it.
struct Subject {
  virtual ~Subject() = default;
  virtual Engine& engine() = 0;
};

struct EmbeddedSubject final : Subject {
  static constexpr std::uint64_t kMemory = std::uint64_t{1} << 30U;
  support::TemporaryDirectory directory;
  std::unique_ptr<Engine> opened = open_embedded_engine(
      {.directory = directory.path() / "engine", .connections = 3, .max_memory_bytes = kMemory});
  Engine& engine() override { return *opened; }
};

struct RemoteSubject final : Subject {
  support::ClickHouseServerProcess server;
  std::unique_ptr<Engine> made = make_remote_engine({.endpoint = server.endpoint(), .connections = 3});
  Engine& engine() override { return *made; }
};

using MakeSubject = std::unique_ptr<Subject> (*)();

template <class Kind>
std::unique_ptr<Subject> make() {
  return std::make_unique<Kind>();
}

class EngineTest : public testing::TestWithParam<MakeSubject> {
 protected:
  // One subject per adapter for the whole suite: gtest runs all tests of one parameter before the next only
  // by chance, so both live.
  static Engine& engine() {
    auto& subject = subjects[GetParam()];
    if (!subject) subject = GetParam()();
    return subject->engine();
  }
  static void TearDownTestSuite() { subjects.clear(); }

  static std::string query(std::string sql, std::vector<Parameter> parameters = {}) {
    return run(engine().query({.sql = std::move(sql), .parameters = std::move(parameters)}));
  }
  static void execute(std::string sql) { run(engine().execute({.sql = std::move(sql)})); }

 private:
  static inline std::map<MakeSubject, std::unique_ptr<Subject>> subjects;
};

TEST_P(EngineTest, returns_the_result_in_the_format_of_the_statement) {
  EXPECT_EQ(query("SELECT 1, 'a' FORMAT JSONCompactEachRow"), "[1, \"a\"]\n");
  EXPECT_EQ(query("SELECT 1, 'a'"), "1\ta\n") << "without FORMAT a result is tab-separated";
}

TEST_P(EngineTest, binds_every_byte_of_a_parameter_as_a_value) {
  using namespace std::string_literals;  // for the NUL
  const std::string hostile =
      "a\\b\tc\nd\re\0f'g`h\"i%20&x=y{z:String} \xF0\x9F\x98\x80 ; DROP DATABASE default --"s;
  std::string expected;
  for (const char c : hostile) expected += fmt::format("{:02X}", static_cast<unsigned char>(c));
  EXPECT_EQ(query("SELECT hex({x:String})", {{"x", hostile}}), expected + "\n");
}

TEST_P(EngineTest, forgets_parameters_after_the_statement) {
  query("SELECT {leaked:String}", {{"leaked", "value"}});
  EXPECT_THROW(query("SELECT {leaked:String}"), EngineError)
      << "a parameter must not reach the next statement";
}

TEST_P(EngineTest, refuses_with_the_number_of_the_engines_error) {
  execute("CREATE DATABASE twice");
  try {
    execute("CREATE DATABASE twice");
    FAIL() << "a second CREATE DATABASE must be refused";
  } catch (const EngineError& error) {
    EXPECT_TRUE(error.is(ExceptionCode::database_already_exists)) << error.what();
    EXPECT_EQ(error.kind(), EngineError::Kind::refused);
    EXPECT_EQ(error.code(), ErrorCode::internal) << "a refused statement is our mistake, not the client's";
  }
  execute("DROP DATABASE twice SYNC");
}

TEST_P(EngineTest, refuses_a_statement_that_needs_too_much_memory_and_runs_the_next) {
  try {
    query(
        "SELECT length(concat(repeat(materialize('x'), 90000), repeat(materialize('y'), 90000))) "
        "FROM numbers(10000) SETTINGS max_memory_usage = 2000000000, max_block_size = 10000");
    FAIL() << "it needs one gigabyte, and then more than two; the embedded engine has one, and the statement "
              "may have two";
  } catch (const EngineError& error) {
    EXPECT_EQ(error.kind(), EngineError::Kind::unavailable) << error.what();
  }
  EXPECT_EQ(query("SELECT 1"), "1\n");
}

TEST_P(EngineTest, commits_rows_of_an_insert) {
  execute("CREATE TABLE default.rows (n UInt32, text String) ENGINE = MergeTree ORDER BY n");
  std::string rows;
  for (unsigned n = 0; n < 20'000; ++n) {  // more than what the remote adapter sends uncompressed
    rows.append(reinterpret_cast<const char*>(&n), sizeof n);
    rows += '\x03';
    rows += "abc";
  }
  run(engine().insert({.into = "default.rows (n, text)", .rows = rows}));
  EXPECT_EQ(query("SELECT count(), sum(n), any(text) FROM default.rows"), "20000\t199990000\tabc\n");
  execute("DROP TABLE default.rows SYNC");
}

TEST_P(EngineTest, commits_nothing_of_an_insert_with_a_row_that_it_refuses) {
  execute(
      "CREATE TABLE default.checked (n UInt8, CONSTRAINT small CHECK n < 5) ENGINE = MergeTree ORDER BY n");
  EXPECT_THROW(run(engine().insert({.into = "default.checked (n)", .rows = "\1\2\3\7"})), EngineError);
  EXPECT_EQ(query("SELECT count() FROM default.checked"), "0\n");
  run(engine().insert({.into = "default.checked (n)", .rows = "\1\2\3"}));
  EXPECT_EQ(query("SELECT count() FROM default.checked"), "3\n")
      << "the connection must serve on after a refusal";
  execute("DROP TABLE default.checked SYNC");
}

/// Reads a stream to its end.
boost::asio::awaitable<std::string> read_all(Engine& engine, std::string sql) {  // NOLINT: awaited at once
  const auto stream = co_await engine.stream({.sql = std::move(sql)});
  std::string all;
  while (true) {
    auto part = co_await stream->next();
    if (!part) co_return all;
    all += *part;
  }
}

TEST_P(EngineTest, streams_a_result_of_any_size) {
  constexpr int kRows = 1'000'000;
  const auto text = run(read_all(engine(), fmt::format("SELECT number FROM numbers({}) FORMAT TSV", kRows)));
  EXPECT_EQ(std::ranges::count(text, '\n'), kRows);
  EXPECT_TRUE(text.ends_with("\n999999\n")) << text.substr(text.size() - 20);
}

TEST_P(EngineTest, streams_an_empty_result) {
  EXPECT_EQ(run(read_all(engine(), "SELECT 1 WHERE 0")), "");
}

TEST_P(EngineTest, throws_an_error_in_the_middle_of_a_stream) {
  EXPECT_THROW(run(read_all(engine(), "SELECT throwIf(number = 500000) FROM numbers(1000000)")), EngineError);
  EXPECT_EQ(query("SELECT 1"), "1\n") << "the connection must serve on";
}

// The server has told of its progress by then, and with that sent the status of a success.
TEST_P(EngineTest, throws_an_error_before_the_first_row_of_a_query_that_has_taken_seconds) {
  try {
    const auto rows = run(read_all(engine(),
                                   "SELECT sum(throwIf(sleepEachRow(0.5) = 0 AND number = 5)) FROM "
                                   "system.numbers SETTINGS max_block_size = 1 FORMAT RowBinary"));
    FAIL() << "expected an error, got it as rows: " << rows;
  } catch (const EngineError& error) {
    EXPECT_EQ(error.kind(), EngineError::Kind::refused) << error.what();
    EXPECT_NE(std::string(error.what()).find("throwIf"), std::string::npos) << error.what();
  }
}

TEST_P(EngineTest, frees_the_connection_of_a_stream_that_nobody_reads_on) {
  for (int i = 0; i < 10; ++i) {  // more than there are connections
    const auto first = [](Engine& engine) -> boost::asio::awaitable<std::optional<std::string>> {
      std::unique_ptr<ResultStream> stream;
      while (!stream) {
        try {
          stream = co_await engine.stream({.sql = "SELECT number FROM numbers(100000000)"});
        } catch (const Error& error) {
          if (error.code() != ErrorCode::overloaded) throw;  // the stream before is still being given up
        }
      }
      auto part = co_await stream->next();
      co_return part;
    };
    EXPECT_TRUE(run(first(engine())).has_value());
  }
  EXPECT_EQ(query("SELECT 1"), "1\n");
}

TEST_P(EngineTest, runs_statements_side_by_side) {
  boost::asio::io_context io(1);
  std::vector<std::future<std::string>> results;
  constexpr int kCount = 40;
  for (int i = 0; i < kCount; ++i) {
    auto statement =
        engine().query({.sql = "SELECT {i:UInt32}", .parameters = {{"i", fmt::format("{}", i)}}});
    results.push_back(boost::asio::co_spawn(io, std::move(statement), boost::asio::use_future));
  }
  io.run();
  for (int i = 0; i < kCount; ++i)
    EXPECT_EQ(results[static_cast<std::size_t>(i)].get(), fmt::format("{}\n", i));
}

TEST_P(EngineTest, leaves_the_handlers_of_our_signals_alone) {
  struct sigaction before{};
  before.sa_handler = SIG_IGN;
  ASSERT_EQ(sigaction(SIGTERM, &before, nullptr), 0);
  query("SELECT 1");
  struct sigaction after{};
  ASSERT_EQ(sigaction(SIGTERM, nullptr, &after), 0);
  EXPECT_EQ(after.sa_handler, SIG_IGN) << "the engine has replaced the handler of SIGTERM";
}

TEST_P(EngineTest, drops_a_database_at_once_in_a_first_session) {
  execute("CREATE DATABASE `short-lived`");
  execute("CREATE TABLE `short-lived`.t (n UInt32) ENGINE = MergeTree ORDER BY n");
  execute("INSERT INTO `short-lived`.t VALUES (1)");
  execute("DROP DATABASE `short-lived` SYNC");
  EXPECT_EQ(query("SELECT count() FROM system.databases WHERE name = 'short-lived'"), "0\n");
}

#ifndef ANNALS_SANITIZED
INSTANTIATE_TEST_SUITE_P(embedded, EngineTest, testing::Values(make<EmbeddedSubject>));
#endif
INSTANTIATE_TEST_SUITE_P(remote, EngineTest, testing::Values(make<RemoteSubject>));

EngineError::Kind kind_of_failure(Engine& engine, std::string sql) {
  try {
    run(engine.execute({.sql = std::move(sql)}));
  } catch (const EngineError& error) {
    EXPECT_EQ(error.code(), ErrorCode::engine_unavailable) << error.what();
    return error.kind();
  }
  ADD_FAILURE() << "the statement should have failed";
  return EngineError::Kind::refused;
}

TEST(RemoteEngineTest, says_unreachable_when_the_server_is_down_and_recovers_by_itself) {
  support::ClickHouseServerProcess server;
  const auto engine = make_remote_engine({.endpoint = server.endpoint(), .connections = 1});
  EXPECT_EQ(run(engine->query({.sql = "SELECT 1"})), "1\n");
  server.kill();
  EXPECT_EQ(kind_of_failure(*engine, "SELECT 1"), EngineError::Kind::unavailable);
  server.restart();
  EXPECT_EQ(run(engine->query({.sql = "SELECT 1"})), "1\n")
      << "a new server on the same address is used without more ado";
}

TEST(RemoteEngineTest, waits_for_a_query_as_long_as_it_may_take) {
  using namespace std::chrono_literals;
  const support::ClickHouseServerProcess server;
  const auto engine =
      make_remote_engine({.endpoint = server.endpoint(), .connections = 1, .statement_timeout = 4s});
  // Longer than the answer of a statement with the usual limit is waited for.
  const auto slow = [](const std::string& condition, std::chrono::milliseconds limit = kNoTimeLimit) {
    return Statement{.sql = "SELECT sum(sleepEachRow(0.5)), sum(throwIf(" + condition +
                            ")) FROM numbers(16) SETTINGS max_block_size = 1",
                     .time_limit = limit};
  };
  EXPECT_EQ(run(engine->query(slow("number = 16", 2min))), "0\t0\n");
  EXPECT_EQ(run(engine->query(slow("number = 16"))), "0\t0\n");
  try {
    const auto text = run(engine->query(slow("number = 15")));
    FAIL() << "expected an error, got it as a result: " << text;
  } catch (const EngineError& error) {
    EXPECT_EQ(error.kind(), EngineError::Kind::refused) << error.what();
  }
}

TEST(RemoteEngineTest, says_unknown_when_the_server_hangs) {
  using namespace std::chrono_literals;
  using Clock = std::chrono::steady_clock;
  constexpr auto kTime = 200ms;
  support::ClickHouseServerProcess server;
  const auto engine =
      make_remote_engine({.endpoint = server.endpoint(), .connections = 1, .statement_timeout = kTime});
  server.stop();
  EXPECT_EQ(kind_of_failure(*engine, "SELECT 1"), EngineError::Kind::unknown);
  server.cont();
  std::string answer;
  for (const auto end = Clock::now() + 1min; answer.empty() && Clock::now() < end;) {
    const auto began = Clock::now();
    try {
      answer = run(engine->query({.sql = "SELECT 1"}));
    } catch (const EngineError&) {
      if (Clock::now() - began < kTime) throw;  // a busy machine may need longer
    }
  }
  EXPECT_EQ(answer, "1\n");
}

TEST(RemoteEngineTest, says_unknown_when_the_statement_takes_longer_than_it_may) {
  using namespace std::chrono_literals;
  support::ClickHouseServerProcess server;
  const auto engine =
      make_remote_engine({.endpoint = server.endpoint(), .connections = 1, .statement_timeout = 300ms});
  EXPECT_EQ(
      kind_of_failure(*engine, "SELECT sleepEachRow(0.1) FROM numbers(100) SETTINGS max_block_size = 1"),
      EngineError::Kind::unknown);
}

TEST(RemoteEngineTest, refuses_more_than_may_wait) {
  constexpr int kRefused = 7;
  support::ClickHouseServerProcess server;
  const auto engine = make_remote_engine({.endpoint = server.endpoint(), .connections = 1, .max_waiting = 2});
  boost::asio::io_context io(1);
  std::vector<std::future<std::string>> results;
  for (int i = 0; i < 10; ++i) {
    results.push_back(boost::asio::co_spawn(io, engine->query({.sql = "SELECT 1"}), boost::asio::use_future));
  }
  const auto has_ended = [](const std::future<std::string>& result) {
    return result.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  server.stop();  // so that nobody's turn comes before all have asked
  while (std::ranges::count_if(results, has_ended) < kRefused && io.run_one() > 0) continue;
  server.cont();
  io.run();
  int refused = 0;
  for (auto& result : results) {
    try {
      result.get();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::overloaded) << error.what();
      ++refused;
    }
  }
  EXPECT_GE(refused, kRefused) << "one statement runs and two wait; the others must be refused at once";
}

}  // namespace
}  // namespace annals::engine
