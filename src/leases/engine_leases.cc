#include "leases/engine_leases.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "crypto/digest.h"
#include "ids/uuid.h"
#include "io/pause.h"
#include "leases/errors.h"

namespace annals::leases {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kTablePrefix = "annals_lease_";
constexpr std::size_t kHashLength = 32;  // hexadecimal digits: half of a SHA-256

/// How long a new lease waits for others that must step back. Longer, and the other is a holder.
constexpr std::chrono::seconds kStepBackTime{2};
constexpr std::chrono::milliseconds kPollInterval{20};

// Names go into statements, so nothing but what this file makes may be found.
constexpr std::string_view kFindTables = R"(
SELECT groupArray(name), groupArray(comment), toUnixTimestamp64Milli(now64(3))
FROM system.tables
WHERE database = 'default' AND startsWith(name, {prefix:String})
  AND match(name, '^annals_lease_[0-9a-f]{32}_[0-9]{1,18}$') AND engine = 'Null'
FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0)";

/// Returns the comment of a lease's table: when the lease expires, and a random id of its holder.
std::string comment_of(std::int64_t expires_ms, std::string_view holder) {
  return fmt::format("{} {}", expires_ms, holder);
}

/// Returns the number at the beginning of a text.
std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Error expired() {
  return taken_over("a lease expired before its work was done");
}

}  // namespace

/// The tables of one key, or of all keys, that are in the engine at one moment.
struct EngineLeases::LeaseTables {
  struct Table {
    std::string name;
    std::string comment;
    std::int64_t generation;
    std::int64_t expires_ms;
  };
  std::vector<Table> tables = {};  // oldest generation first
  std::int64_t now_ms = 0;         // by the engine's clock

  /// Returns the lowest generation of another that is alive.
  [[nodiscard]] std::optional<std::int64_t> rival_of(std::string_view own) const {
    const auto rival = std::ranges::find_if(
        tables, [&](const Table& table) { return table.name != own && table.expires_ms > now_ms; });
    if (rival == tables.end()) return std::nullopt;
    return rival->generation;
  }
};

class EngineLeases::Held final : public Lease {
 public:
  Held(EngineLeases& leases, std::string table, std::string holder, std::int64_t expires_ms,
       steady_clock::time_point since)
      : leases_(leases),
        table_(std::move(table)),
        holder_(std::move(holder)),
        expires_ms_(expires_ms),
        since_(since) {}

  boost::asio::awaitable<void> keep() override {
    const auto now = steady_clock::now();
    const auto held_for = std::chrono::duration_cast<milliseconds>(now - since_);
    if (held_for < leases_.ttl_ / 2) co_return;
    // The rest of the TTL is for the statement itself: it must arrive before another may hold the key.
    if (held_for > leases_.ttl_ * 4 / 5) throw expired();
    const auto expires_ms = expires_ms_ + held_for.count();
    auto sql =
        fmt::format("ALTER TABLE default.{} MODIFY COMMENT '{}'", table_, comment_of(expires_ms, holder_));
    co_await leases_.engine_.execute({.sql = std::move(sql)});
    // The statement may have waited until another was free to take the key.
    if (steady_clock::now() - since_ > leases_.ttl_) throw expired();
    expires_ms_ = expires_ms;
    since_ = now;
  }

  boost::asio::awaitable<void> release() override {
    if (steady_clock::now() - since_ > leases_.ttl_) co_return;  // another holder may own the key by now
    co_await leases_.drop(table_);
  }

 private:
  EngineLeases& leases_;
  std::string table_;
  std::string holder_;
  std::int64_t expires_ms_;
  steady_clock::time_point since_;  // local clock, before the statement that `expires_ms_` comes from
};

boost::asio::awaitable<std::unique_ptr<Lease>> EngineLeases::acquire(std::string key) {
  const std::string prefix =
      fmt::format("{}{}_", kTablePrefix, crypto::sha256_hex(key).substr(0, kHashLength));
  const auto since = steady_clock::now();
  const LeaseTables before = co_await find_tables(prefix);
  if (before.rival_of({})) co_return nullptr;

  const std::int64_t generation = before.now_ms;
  const std::string table = fmt::format("{}{}", prefix, generation);
  const std::int64_t expires_ms = before.now_ms + ttl_.count();
  const std::string holder = uuid_text(random_uuid());
  const bool created = co_await create(table, comment_of(expires_ms, holder));
  if (!created) co_return nullptr;

  const bool ours = co_await prevail(prefix, table, generation);
  if (!ours) {
    co_await drop(table);
    co_return nullptr;
  }
  for (const auto& old : before.tables) co_await drop(old.name);
  co_return std::make_unique<Held>(*this, table, holder, expires_ms, since);
}

/// Returns whether no other table of that key is alive, now that ours is there.
boost::asio::awaitable<bool> EngineLeases::prevail(std::string prefix, std::string table,
                                                   std::int64_t generation) {
  const auto deadline = steady_clock::now() + kStepBackTime;
  while (true) {
    const LeaseTables found = co_await find_tables(prefix);
    const auto rival = found.rival_of(table);
    if (!rival) co_return true;
    if (*rival < generation || steady_clock::now() > deadline) co_return false;
    co_await io::pause(kPollInterval);
  }
}

boost::asio::awaitable<void> EngineLeases::clean_up() {
  const LeaseTables all = co_await find_tables(std::string(kTablePrefix));
  for (const auto& table : all.tables) {
    // The additional time covers a holder whose clock runs slow.
    if (table.expires_ms + 2 * ttl_.count() < all.now_ms) co_await drop(table.name);
  }
}

boost::asio::awaitable<EngineLeases::LeaseTables> EngineLeases::find_tables(std::string prefix) {
  engine::Statement statement{.sql = std::string(kFindTables), .parameters = {{"prefix", std::move(prefix)}}};
  const auto text = co_await engine_.query(std::move(statement));
  const boost::json::array row = boost::json::parse(text).as_array();
  const auto& names = row.at(0).as_array();
  const auto& comments = row.at(1).as_array();
  LeaseTables found{.now_ms = row.at(2).to_number<std::int64_t>()};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names.at(i).as_string();
    found.tables.push_back({.name = std::string(name),
                            .comment = std::string(comments.at(i).as_string()),
                            .generation = number(name.substr(name.rfind('_') + 1)),
                            .expires_ms = number(comments.at(i).as_string())});
  }
  std::ranges::sort(found.tables, {}, &LeaseTables::Table::generation);
  co_return found;
}

boost::asio::awaitable<bool> EngineLeases::create(std::string table, std::string comment) {
  bool exists = false;
  try {
    auto sql = fmt::format("CREATE TABLE default.{} (x UInt8) ENGINE = Null COMMENT '{}'", table, comment);
    co_await engine_.execute({.sql = std::move(sql)});
  } catch (const engine::EngineError& error) {
    if (!error.is(engine::ExceptionCode::table_already_exists)) throw;
    exists = true;
  }
  if (!exists) co_return true;
  // The HTTP client retries a statement whose connection broke before the answer: the table may come from
  // our own first attempt.
  const LeaseTables found = co_await find_tables(table);
  co_return std::ranges::any_of(found.tables,
                                [&](const auto& one) { return one.name == table && one.comment == comment; });
}

boost::asio::awaitable<void> EngineLeases::drop(std::string table) {
  co_await engine_.execute({.sql = fmt::format("DROP TABLE IF EXISTS default.{} SYNC", table)});
}

}  // namespace annals::leases
