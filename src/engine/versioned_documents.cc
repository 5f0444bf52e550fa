#include "engine/versioned_documents.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/row_binary.h"
#include "engine/rows.h"
#include "io/pause.h"

namespace annals::engine {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

// The window must hold all changes that come while one may still be late.
constexpr std::string_view kCreateTable = R"(
CREATE TABLE IF NOT EXISTS {}
(
    id         UUID,
    version    UInt64 COMMENT 'the highest counts',
    claim      UUID COMMENT 'which attempt of a change has made the row',
    document   String COMMENT 'JSON; empty: it was removed',
    written_at DateTime64(3, 'UTC'),
    in_time    UInt32 COMMENT 'the second by which the insert must have come',
    CONSTRAINT in_time CHECK toUnixTimestamp(now()) <= in_time
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000
COMMENT '{}')";

constexpr std::string_view kJson =
    "FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0";

/// For how long an insert without an answer is sent again. It ends before the constraint refuses the insert.
constexpr auto kRetryFor = 10s;
constexpr auto kFirstPause = 50ms;
constexpr auto kLongestPause = 1s;
/// How often a change reads again because others were faster.
constexpr int kTries = 100;

std::uint64_t number_of(const boost::json::value& value) {
  return value.to_number<std::uint64_t>();
}

Uuid uuid_of(const boost::json::value& value) {
  const auto uuid = parse_uuid(value.as_string());
  if (!uuid) throw std::runtime_error("a table of documents holds an id that is none");
  return *uuid;
}

/// Returns a version that grows faster with time than changes can count.
std::uint64_t version_of_now(const VersionedDocuments::Current& current) {
  constexpr std::uint64_t kChangesInAMillisecond = 1000;
  return kChangesInAMillisecond * static_cast<std::uint64_t>(current.now.time_since_epoch().count());
}

}  // namespace

struct VersionedDocuments::Latest {
  std::uint64_t version = 0;
  Current current = {};
};

/// A version of a document that a change wants.
struct VersionedDocuments::Claim {
  Uuid id = {};
  std::uint64_t version = 0;
  std::string text = {};
  Timestamp now = {};
};

awaitable<void> VersionedDocuments::bootstrap() {
  if (bootstrapped_) co_return;
  co_await engine_.execute({.sql = fmt::format(kCreateTable, table_, comment_)});
  bootstrapped_ = true;
}

awaitable<std::vector<VersionedDocuments::Document>> VersionedDocuments::all() {
  co_await bootstrap();
  const auto text = co_await engine_.query(
      {.sql =
           fmt::format("SELECT id, version, document FROM {} FINAL WHERE document != '' {}", table_, kJson)});
  std::vector<Document> documents;
  for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    documents.push_back({.id = uuid_of(row.at(0)),
                         .version = number_of(row.at(1)),
                         .text = std::string(row.at(2).as_string())});
  });
  co_return documents;
}

awaitable<VersionedDocuments::Document> VersionedDocuments::find(Uuid id) {
  co_await bootstrap();
  auto found = co_await latest(id);
  co_return Document{.id = id, .version = found.version, .text = std::move(found.current.text)};
}

awaitable<std::vector<VersionedDocuments::Version>> VersionedDocuments::versions() {
  co_await bootstrap();
  const auto text = co_await engine_.query(
      {.sql = fmt::format("SELECT id, version FROM {} FINAL WHERE document != '' {}", table_, kJson)});
  std::vector<Version> versions;
  for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    versions.push_back({.id = uuid_of(row.at(0)), .number = number_of(row.at(1))});
  });
  co_return versions;
}

awaitable<std::string> VersionedDocuments::fingerprint() {
  co_await bootstrap();
  auto text = co_await engine_.query(
      {.sql = fmt::format(
           "SELECT count(), groupBitXor(cityHash64(id, version)) FROM {} FINAL FORMAT TabSeparated",
           table_)});
  co_return text;
}

awaitable<VersionedDocuments::Latest> VersionedDocuments::latest(Uuid id) {
  const auto text = co_await engine_.query(
      {.sql = fmt::format("SELECT max(version), argMax(document, version), toUnixTimestamp64Milli(now64(3)) "
                          "FROM {} WHERE id = {{id:UUID}} {}",
                          table_, kJson),
       .parameters = {{"id", uuid_text(id)}}});
  const boost::json::array row = boost::json::parse(text).as_array();
  co_return Latest{
      .version = number_of(row.at(0)),
      .current = {.text = std::string(row.at(1).as_string()),
                  .now = Timestamp(std::chrono::milliseconds(row.at(2).to_number<std::int64_t>()))}};
}

awaitable<void> VersionedDocuments::change(Uuid id, Decide decide) {
  return change_above(Above::existing, id, std::move(decide));
}

awaitable<void> VersionedDocuments::restore(Uuid id, std::string text) {
  return change_above(Above::earlier_lives, id,
                      [text = std::move(text)](const Current& /*current*/) { return text; });
}

awaitable<void> VersionedDocuments::change_above(Above above, Uuid id, Decide decide) {
  co_await bootstrap();
  std::uint64_t tried = 0;
  std::uint64_t base = 0;  // the version on which the change builds, and how far above it the next try is
  std::uint64_t step = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto found = co_await latest(id);
    auto text = decide(found.current);
    if (!text) {
      // This change itself may be what was seen, if its answer was lost.
      if (tried > 0) co_await engine_.make_durable();
      co_return;
    }
    // A version that was tried may stay without a row, and nobody will ever have it: its token is known
    // although the engine died before its row was on the disk, or from a document of that id that was
    // forgotten with all its versions. Those may be thousands, so the steps grow. They are the same for all
    // who build on one version, so that of these still one wins.
    step = tried == 0 || found.version != base ? 1 : 2 * step;
    base = found.version;
    tried = base + step;
    if (above == Above::earlier_lives) tried = std::max(tried, version_of_now(found.current));
    const bool won =
        co_await claim({.id = id, .version = tried, .text = *std::move(text), .now = found.current.now});
    if (won) co_return;
  }
  throw Error(ErrorCode::overloaded, "Others are changing this at the same time. Try again later.",
              fmt::format("a document of {} was changed by others again and again", table_));
}

/// Returns false if the version may be another's.
awaitable<bool> VersionedDocuments::claim(Claim claim) {
  const Uuid attempt = random_uuid();
  Insert insert{
      .into = fmt::format("{} (id, version, claim, document, written_at, in_time) SETTINGS "
                          "async_insert = 0, insert_deduplicate = 1, deduplicate_insert = 'enable', "
                          "insert_deduplication_token = '{} {}'",
                          table_, uuid_text(claim.id), claim.version),
      .rows = {}};
  append_uuid(insert.rows, claim.id.data);
  append_integer(insert.rows, claim.version);
  append_uuid(insert.rows, attempt.data);
  append_string(insert.rows, claim.text);
  append_integer(insert.rows, std::int64_t{claim.now.time_since_epoch().count()});
  const auto until = std::chrono::floor<std::chrono::seconds>(claim.now) + kLongestChange;
  append_integer(insert.rows, static_cast<std::uint32_t>(until.time_since_epoch().count()));

  const bool answered = co_await send(std::move(insert));
  // The answer says nothing about whose row it is.
  const auto text = co_await engine_.query(
      {.sql =
           fmt::format("SELECT claim FROM {} WHERE id = {{id:UUID}} AND version = {{version:UInt64}} FORMAT "
                       "TabSeparated",
                       table_),
       .parameters = {{"id", uuid_text(claim.id)}, {"version", fmt::format("{}", claim.version)}}});
  if (!text.starts_with(uuid_text(attempt))) co_return false;
  // A row can be seen before it is durable.
  if (!answered) co_await engine_.make_durable();
  co_return true;
}

/// Sends an insert until it is answered, which its token allows. Returns false if an earlier attempt has no
/// answer, or if the insert came too late.
awaitable<bool> VersionedDocuments::send(Insert insert) {
  const auto deadline = std::chrono::steady_clock::now() + kRetryFor;
  std::chrono::milliseconds pause = kFirstPause;
  for (bool answered = true;; answered = false) {
    try {
      co_await engine_.insert(insert);
      co_return answered;
    } catch (const EngineError& error) {
      if (error.is(ExceptionCode::violated_constraint)) co_return false;
      if (error.kind() == EngineError::Kind::refused || std::chrono::steady_clock::now() > deadline) throw;
    }
    co_await io::pause(pause);
    pause = std::min<std::chrono::milliseconds>(2 * pause, kLongestPause);
  }
}

awaitable<void> VersionedDocuments::forget(Version seen) {
  co_await bootstrap();
  co_await engine_.execute(
      {.sql = fmt::format("ALTER TABLE {} DELETE WHERE id = {{id:UUID}} AND version <= "
                          "{{version:UInt64}} SETTINGS mutations_sync = 2",
                          table_),
       .parameters = {{"id", uuid_text(seen.id)}, {"version", fmt::format("{}", seen.number)}}});
}

awaitable<std::vector<Uuid>> VersionedDocuments::purge() {
  co_await bootstrap();
  const auto text = co_await engine_.query(
      {.sql = fmt::format("SELECT id, toUnixTimestamp64Milli(now64(3) - INTERVAL 1 HOUR AS end) FROM {} "
                          "GROUP BY id HAVING argMax(document, version) = '' AND max(written_at) < end "
                          "LIMIT 1000 {}",
                          table_, kJson)});
  std::vector<Uuid> ids;
  std::int64_t end_ms = 0;
  for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    ids.push_back(uuid_of(row.at(0)));
    end_ms = row.at(1).to_number<std::int64_t>();
  });
  if (ids.empty()) co_return ids;
  // A document may have been made again in between.
  co_await engine_.execute(
      {.sql = fmt::format("ALTER TABLE {} DELETE WHERE has({{ids:Array(UUID)}}, id) AND written_at < "
                          "fromUnixTimestamp64Milli({{end_ms:Int64}}) SETTINGS mutations_sync = 2",
                          table_),
       .parameters = {{"ids", uuid_array(ids)}, {"end_ms", fmt::format("{}", end_ms)}}});
  co_return ids;
}

}  // namespace annals::engine
