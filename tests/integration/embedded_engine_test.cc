#include <gtest/gtest.h>

#include <string>

#include "engine/embedded/engine.h"
#include "support/coroutines/run.h"
#include "support/machine/temporary_directory.h"

namespace annals::engine {
namespace {

using support::run;

#ifndef ANNALS_SANITIZED
TEST(EmbeddedEngineTest, runs_no_statement_that_leaves_the_engine) {
  const support::TemporaryDirectory directory;
  // The name is written into a file of settings in XML.
  const auto engine = open_embedded_engine({.directory = directory.path() / "R&D <1>", .connections = 1});
  for (const std::string sql : {
           "SELECT * FROM file('/etc/hostname', 'LineAsString')",
           "SELECT * FROM url('http://127.0.0.1:1/x', 'LineAsString')",
           "SELECT * FROM remote('127.0.0.1:1', 'system.one')",
           "SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'LineAsString')",
           "SELECT * FROM executable('x', 'TSV', 'a String')",
           "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
           "INSERT INTO FUNCTION file('/tmp/annals-test-never-written', 'TSV') SELECT 1",
           "CREATE TABLE default.outside (a UInt8) ENGINE = File(TSV)",
           "CREATE TABLE default.outside (a String) ENGINE = URL('http://127.0.0.1:1/', 'LineAsString')",
           "CREATE FUNCTION f AS (x) -> x",
           "CREATE USER somebody",
           "SYSTEM SHUTDOWN",
       }) {
    EXPECT_THROW(run(engine->query({.sql = sql})), EngineError) << sql;
  }
  EXPECT_EQ(run(engine->query({.sql = "SELECT 1"})), "1\n");
}
#endif

}  // namespace
}  // namespace annals::engine
