// Checks every route with every kind of caller.

#include <map>
#include <set>

#include "access/api_key.h"
#include "support/coroutines/driven.h"
#include "support/simulated/tenants_table.h"
#include "unit/api/whole_api.h"

namespace annals::api {
namespace {

/// What becomes of a request of a configured key, of a key of the role admin, ingest and read, of a bound key
/// of the role admin, ingest and read, and of a tenant's own secret: `+` admitted, `K` no valid key, `R` not
/// allowed for this key's role, `D` no such tenant, `C` not this tenant's secret, `S` suspended, `L` an
/// invalid link. The bound keys have the first and the third tenant.
struct Expected {
  std::string_view own;        // the request names a tenant of the caller's
  std::string_view other;      // … another's
  std::string_view suspended;  // … a suspended one of the caller's
};

const std::map<std::string, Expected, std::less<>>& expected_of_routes() {
  static const Expected open{"++++++++", "++++++++", "++++++++"};
  static const Expected link{"LLLLLLLL", "LLLLLLLL", "LLLLLLLL"};
  static const Expected for_all{"++RRRRRK", "++RRRRRK", "++RRRRRK"};
  // The handlers themselves hide other tenants from bound keys.
  static const Expected manage{"++RR+RRK", "++RR+RRK", "++RR+RRK"};
  static const Expected look{"++R++R+K", "++R++R+K", "++R++R+K"};
  static const Expected rotate{"++RR+RR+", "++RR+RRC", "++RR+RRS"};
  static const Expected make_token{"++R++R++", "++R++R+C", "++R++R+S"};
  static const Expected deliver{"+++R++RK", "+++R++RK", "+++R++RK"};
  static const Expected write{"+++R++R+", "+++RDDRC", "SSSRSSRS"};
  static const Expected read{"++R++R++", "++R+DRDC", "SSRSSRSS"};
  static const std::map<std::string, Expected, std::less<>> table{
      {"healthz", open},
      {"readyz", open},
      {"get_openapi_document", open},
      {"show_reference", open},
      {"get_reference_file", open},
      {"show_console", open},
      {"get_console_file", open},
      {"get_viewer", open},
      {"get_viewer_of_version", open},
      {"upload_file", link},
      {"download_file", link},
      {"look_at_file", link},
      {"create_key", for_all},
      {"list_keys", for_all},
      {"metrics", for_all},
      {"get_key", for_all},
      {"change_key", for_all},
      {"delete_key", for_all},
      {"initialize_tenant", for_all},
      {"create_backup", for_all},
      {"list_backups", for_all},
      {"get_backup", for_all},
      {"verify_backup", for_all},
      {"delete_backup", for_all},
      {"restore_backup", for_all},
      {"list_backup_jobs", for_all},
      {"get_backup_job", for_all},
      {"delete_tenant", manage},
      {"change_tenant", manage},
      {"list_tenants", look},
      {"get_tenant", look},
      {"change_names", for_all},
      {"get_names", make_token},
      {"get_tenant_names", make_token},
      {"change_tenant_names", rotate},
      {"rotate_tenant_secret", rotate},
      {"create_viewer_token", make_token},
      {"create_event_from_event_bridge", deliver},
      {"create_events", write},
      {"get_upload_url", write},
      {"list_events", read},
      {"get_event", read},
      {"get_event_file", read},
      {"count_events", read},
      {"export_events", read},
      {"tail_events", read},
  };
  return table;
}

/// Tenants of the caller's, another's and a suspended one, and keys of every kind.
class RolesTest : public WholeApi {
 protected:
  struct Tenant {
    ClientId id = ClientId::random();
    std::string secret;
  };

  RolesTest() {
    table_.answer_for(engine_);
    const auto of_tenants = engine_.on_query;
    const auto changed = engine_.on_execute;
    engine_.on_execute = [changed](const engine::Statement& statement) {
      return statement.sql.contains("default.annals_key") ? support::done() : changed(statement);
    };
    engine_.on_query = [this, of_tenants](const engine::Statement& statement) {
      if (!statement.sql.contains("default.annals_keys")) return of_tenants(statement);
      return support::answer(statement.sql.contains("groupBitXor") ? "1" : stored_keys_);
    };
    for (const auto& [tenant, settings] :
         {std::pair{&own_, ""}, std::pair{&other_, ""}, std::pair{&suspended_, R"({"suspended":true})"}}) {
      tenant->secret = "secret of " + tenant->id.text();
      table_.rows.push_back({.id = tenant->id.text(),
                             .label = tenant->id.text(),
                             .database = "db_" + tenant->id.text(),
                             .secret_hash = crypto::SecretHash(tenant->secret).hex(),
                             .state = 2,
                             .settings = settings,
                             .settings_version = 1});
    }
  }

  std::string make_key(access::Role role, bool is_bound, access::StoredKey changes = plain()) {
    auto made = access::ApiKey::random();
    changes.id = made.id;
    changes.hash = crypto::SecretHash::of(made.text);
    changes.role = role;
    if (is_bound) {
      changes.client_ids =
          std::make_shared<const std::set<ClientId>>(std::set<ClientId>{own_.id, suspended_.id});
    }
    stored_keys_ += boost::json::serialize(boost::json::array{made.id.text(), 1, changes.document()}) + "\n";
    return made.text.reveal();
  }
  static access::StoredKey plain() {
    return {.id = KeyId::random(), .name = "key", .hash = crypto::SecretHash("")};
  }

  void read_keys() { support::run_to_end(driver_, made_keys_.ring().reload()); }

  char outcome(const http::Route& route, http::Request head) {
    const auto refusal = refusal_of(route, std::move(head));
    if (!refusal) return '+';
    switch (*refusal) {
      case ErrorCode::unauthorized_api_key:
        return 'K';
      case ErrorCode::not_allowed:
        return 'R';
      case ErrorCode::unknown_client:
        return 'D';
      case ErrorCode::unauthorized_client:
        return 'C';
      case ErrorCode::client_suspended:
        return 'S';
      case ErrorCode::invalid_link:
        return 'L';
      default:
        return '?';
    }
  }

  /// Returns a token for the whole history and the files of a tenant.
  std::string token_for(const Tenant& tenant, std::optional<KeyId> key_id, std::chrono::seconds life) {
    const auto found = support::run_to_end(driver_, tenancy_.directory().find(tenant.id.text()));
    const access::ViewerGrant grant{
        .client_id = tenant.id,
        .key_id = key_id,
        .issued_at = text::now(),
        .expires_at = text::now() + life,
        .permissions = {access::Permission::read_history, access::Permission::read_files}};
    return viewer_tokens_.make(grant, *found, "").reveal();
  }

  /// Returns what becomes of a request with that token, by the operations' names.
  std::map<std::string, char> outcomes_of(const std::string& token, const std::string& client_id = "") {
    std::map<std::string, char> result;
    for (const http::Route* route : api_.router().routes()) {
      http::Request head;
      head.headers = {{"authorization", "Bearer " + token}};
      if (!client_id.empty()) head.headers.emplace_back("x-client-id", client_id);
      result.emplace(route->operation.name, outcome(*route, head));
    }
    return result;
  }

  /// Returns that a token gets `read` where it may read, and `elsewhere` on the other routes.
  std::map<std::string, char> expected_of_viewer(char read, char elsewhere) {
    const std::set<std::string> reading{"list_events",  "get_event",     "get_event_file",
                                        "count_events", "export_events", "tail_events"};
    std::map<std::string, char> result;
    for (const auto& [name, row] : expected_of_routes()) {
      const bool needs_none = row.own == "++++++++" || row.own == "LLLLLLLL";
      const char other = needs_none ? row.own.front() : elsewhere;
      result.emplace(name, reading.contains(name) ? read : other);
    }
    return result;
  }

  std::string outcomes(const http::Route& route, const Tenant& tenant) {
    std::string result;
    for (const std::string& key : keys_by_kind_) {
      http::Request head;
      head.headers = {{"x-api-key", key}, {"x-client-id", tenant.id.text()}};
      result += outcome(route, head);
    }
    http::Request head;
    const std::string& secret = &tenant == &other_ ? own_.secret : tenant.secret;
    head.headers = {{"x-client-secret", secret}, {"x-client-id", tenant.id.text()}};
    return result + outcome(route, head);
  }

  support::TenantsTable table_;
  std::string stored_keys_;
  Tenant own_, other_, suspended_;
  std::vector<std::string> keys_by_kind_;
};

TEST_F(RolesTest, EveryRouteAdmitsWhomItIsFor) {
  using access::Role;
  keys_by_kind_ = {"the-configured-key",        make_key(Role::admin, false), make_key(Role::ingest, false),
                   make_key(Role::read, false), make_key(Role::admin, true),  make_key(Role::ingest, true),
                   make_key(Role::read, true)};
  read_keys();
  const auto& expected = expected_of_routes();
  for (const http::Route* route : api_.router().routes()) {
    const auto row = expected.find(route->operation.name);
    ASSERT_NE(row, expected.end()) << "say in the table who may call " << route->operation.name;
    EXPECT_EQ(outcomes(*route, own_), row->second.own) << route->operation.name << ", own tenant";
    EXPECT_EQ(outcomes(*route, other_), row->second.other) << route->operation.name << ", another's tenant";
    EXPECT_EQ(outcomes(*route, suspended_), row->second.suspended) << route->operation.name << ", suspended";
  }
}

TEST_F(RolesTest, NoRouteAdmitsAKeyThatIsNotValid) {
  auto expired = plain();
  expired.expires_at = text::now() - std::chrono::seconds(1);
  auto disabled = plain();
  disabled.is_disabled = true;
  const std::string right = make_key(access::Role::admin, false);
  std::string altered = right;
  altered[50] = altered[50] == '0' ? '1' : '0';
  const std::vector<std::string> keys{make_key(access::Role::admin, false, expired),
                                      make_key(access::Role::admin, false, disabled),
                                      access::ApiKey::random().text.reveal(),
                                      altered,
                                      right.substr(0, right.size() - 1),
                                      right + "0",
                                      ""};
  read_keys();
  for (const http::Route* route : api_.router().routes()) {
    const auto& row = expected_of_routes().find(route->operation.name)->second;
    if (row.own.front() != '+' || row.own == "++++++++") continue;
    for (const std::string& key : keys) {
      http::Request head;
      head.headers = {{"x-api-key", key}, {"x-client-id", own_.id.text()}, {"x-client-secret", own_.secret}};
      EXPECT_EQ(outcome(*route, head), 'K') << route->operation.name << " with '" << key << "'";
    }
  }
}

TEST_F(RolesTest, AViewerReadsItsTenantAndDoesNothingElse) {
  const auto hour = std::chrono::hours(1);
  const std::string token = token_for(own_, {}, hour);
  EXPECT_EQ(outcomes_of(token), expected_of_viewer('+', 'R'));
  EXPECT_EQ(outcomes_of(token, own_.id.text()), expected_of_viewer('+', 'R'));
  EXPECT_EQ(outcomes_of(token, other_.id.text()), expected_of_viewer('K', 'K'));
  EXPECT_EQ(outcomes_of(token_for(suspended_, {}, hour)), expected_of_viewer('S', 'R'));
  EXPECT_EQ(outcomes_of(token_for(own_, {}, std::chrono::seconds(0))), expected_of_viewer('K', 'K'));
  EXPECT_EQ(outcomes_of(token + "A"), expected_of_viewer('K', 'K'));
}

TEST_F(RolesTest, ATokenLivesAsLongAsTheKeyThatHasMadeItMayReadItsTenant) {
  using access::Role;
  const auto key_id = [&](access::Role role, bool is_bound, access::StoredKey changes = plain()) {
    return access::ApiKey::id_in(make_key(role, is_bound, std::move(changes)));
  };
  auto expired = plain();
  expired.expires_at = text::now() - std::chrono::seconds(1);
  auto disabled = plain();
  disabled.is_disabled = true;
  const auto read = key_id(Role::read, false);
  const auto bound = key_id(Role::admin, true);
  const std::vector<std::optional<KeyId>> ended{key_id(Role::read, false, expired),
                                                key_id(Role::read, false, disabled),
                                                key_id(Role::ingest, false), KeyId::random()};
  read_keys();
  const auto hour = std::chrono::hours(1);
  for (const auto& id : {read, bound}) {
    EXPECT_EQ(outcomes_of(token_for(own_, id, hour)), expected_of_viewer('+', 'R'));
  }
  EXPECT_EQ(outcomes_of(token_for(other_, bound, hour)), expected_of_viewer('K', 'K'));
  for (const auto& id : ended) {
    EXPECT_EQ(outcomes_of(token_for(own_, id, hour)), expected_of_viewer('K', 'K'));
  }
}

TEST_F(RolesTest, NoRequestWithAKeyAsksTheEngineForIt) {
  const std::string key = make_key(access::Role::admin, false);
  read_keys();
  const auto before = engine_.seen.size();
  for (const std::string& presented : {key, access::ApiKey::random().text.reveal()}) {
    http::Request head;
    head.headers = {{"x-api-key", presented}};
    for (const http::Route* route : api_.router().routes()) {
      if (route->operation.name == "list_keys") outcome(*route, head);
    }
  }
  EXPECT_EQ(engine_.seen.size(), before);
}

}  // namespace
}  // namespace annals::api
