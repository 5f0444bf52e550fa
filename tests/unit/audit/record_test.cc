#include "audit/record.h"

#include <gtest/gtest.h>

#include <set>

#include "audit/trail_table.h"

namespace annals::audit {
namespace {

const std::string some_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

TEST(Record, IsAnEventThatCanBeFilteredByTenantAndByCaller) {
  const Record record{.action = Action::change_tenant,
                      .result = Result::done,
                      .actor = {.kind = Actor::Kind::key, .id = some_id, .name = "ops", .role = "admin"},
                      .address = "192.0.2.1",
                      .request_id = "r1",
                      .subject = parse_uuid(some_id),
                      .details = {{"status", 200}}};
  const auto event = record.event();

  EXPECT_EQ(event.event_type_id, 3U);
  EXPECT_EQ(event.record_id, 0x7c9e66797425U);
  EXPECT_EQ(event.source_type_id, 2U);
  EXPECT_EQ(event.source_id, 0x7c9e66797425U);
  EXPECT_EQ(event.event_data,
            R"({"action":"change_tenant","result":"done","caller":{"kind":"key","id":")" + some_id +
                R"(","name":"ops","role":"admin"},"address":"192.0.2.1","request_id":"r1","status":200})");
}

TEST(Record, IsTheSameEventHoweverOftenItIsWritten) {
  const Record record{.action = Action::start_service, .result = Result::done};
  EXPECT_EQ(record.event().event_id, record.event().event_id);
  EXPECT_EQ(record.event().event_time, record.event().event_time);
}

TEST(Record, NamesAConfiguredKeyByTheDigitsOfItsId) {
  const access::Caller caller{.role = access::Role::admin, .key_id = "0badcafe"};
  const Record record{.action = Action::delete_key, .result = Result::done, .actor = actor_of(caller)};

  EXPECT_EQ(record.event().source_type_id, 1U);
  EXPECT_EQ(record.event().source_id, 0x0badcafeU);
}

TEST(Actor, IsWhoTheCallerIs) {
  EXPECT_EQ(actor_of({}).kind, Actor::Kind::nobody);
  const auto tenant = actor_of({.role = access::Role::tenant, .tenant = trail_tenant()});
  EXPECT_EQ(tenant.kind, Actor::Kind::tenant);
  EXPECT_EQ(tenant.id, trail_id().text());
  const auto key = actor_of({.role = access::Role::read, .key_id = some_id, .key_name = "ci"});
  EXPECT_EQ(key.kind, Actor::Kind::key);
  EXPECT_EQ(key.name, "ci");
  EXPECT_EQ(key.role, "read");
}

TEST(Action, NoTwoHaveOneName) {
  std::set<std::string_view> names;
  for (const auto action :
       {Action::initialize_tenant, Action::delete_tenant, Action::change_tenant, Action::rotate_tenant_secret,
        Action::change_names, Action::create_key, Action::change_key, Action::delete_key,
        Action::create_viewer_token, Action::refuse_credentials, Action::export_events,
        Action::get_event_file, Action::download_file, Action::start_service, Action::stop_service,
        Action::lose_records}) {
    EXPECT_FALSE(name_of(action).empty());
    EXPECT_TRUE(names.insert(name_of(action)).second) << name_of(action);
  }
}

}  // namespace
}  // namespace annals::audit
