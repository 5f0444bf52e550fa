#include "api/described/keys.h"

#include <iterator>
#include <utility>

#include "api/described/common.h"
#include "api/described/limits.h"

namespace annals::api::described {
namespace {

using http::Answer;
using http::Operation;
using http::Schema;
using http::schemas::Member;
using http::schemas::Others;
namespace schemas = http::schemas;

http::Parameter key_id() {
  return path_parameter("key_id", "The key's id.", kSomeKey);
}

Schema name() {
  return name_for_people(kMaxKeyName);
}

Schema role() {
  return schemas::words({"admin", "ingest", "read"});
}

Schema clients() {
  return schemas::nullable(schemas::list(schemas::uuid(), 1, kMaxKeyClients));
}

/// Returns what a key is, as a new one and a listed one have it.
std::vector<Member> members_of_key(std::vector<Member> more) {
  std::vector<Member> members{
      {.name = "key_id", .type = schemas::uuid(), .summary = "The key's id."},
      {.name = "name", .type = schemas::text(), .summary = "What people call it."},
      {.name = "role", .type = role(), .summary = "What it may do."},
      {.name = "client_ids", .type = clients(), .summary = "The tenants that it is bound to; null: all."},
      {.name = "expires_at",
       .type = schemas::nullable(schemas::time()),
       .summary = "When it expires; null: never."},
      {.name = "created_at", .type = schemas::time(), .summary = "When it was made."}};
  std::ranges::move(more, std::back_inserter(members));
  return members;
}

Schema key() {
  return schemas::named(
      "Key", "A key, without what it consists of.",
      schemas::object(members_of_key(
          {{.name = "disabled", .type = Schema("boolean"), .summary = "Whether it opens nothing at present."},
           {.name = "last_used_at",
            .type = schemas::nullable(schemas::time()),
            .summary = "When it was used last, to the hour; null: never."}})));
}

Schema made_key() {
  return schemas::named(
      "MadeKey", "A new key.",
      schemas::object(members_of_key(
          {{.name = "key", .type = schemas::secret(), .summary = "The key; shown in this answer only."}})));
}

Schema new_key() {
  return schemas::named(
      "NewKey", "A key that is to be made.",
      schemas::object(
          {{.name = "name", .type = name(), .summary = "What people are to call it."},
           {.name = "role",
            .type = role(),
            .summary = "`admin` may do everything, `ingest` writes events and uploads files, `read` reads."},
           {.name = "client_ids",
            .type = clients(),
            .summary = "The tenants that it is for; null: all.",
            .optional = true},
           {.name = "expires_at",
            .type = schemas::nullable(schemas::time()),
            .summary = "When it is to expire; null: never.",
            .optional = true}},
          Others::refused));
}

Schema key_change() {
  return schemas::named(
      "KeyChange", "What is to change of a key; what is left out stays.",
      schemas::object({{.name = "name", .type = name(), .summary = "A new name.", .optional = true},
                       {.name = "disabled",
                        .type = Schema("boolean"),
                        .summary = "Whether it is to open nothing.",
                        .optional = true},
                       {.name = "expires_at",
                        .type = schemas::nullable(schemas::time()),
                        .summary = "When it is to expire; null: never.",
                        .optional = true}},
                      Others::refused));
}

Answer no_key() {
  return error(404, "There is no such key.", {"Key not found."});
}

std::string listed_key(std::string_view name, std::string_view is_disabled) {
  return R"({"key_id":"124fe2bb-aaaa-4c5e-9d0e-0d6a4f6c7b11","name":")" + std::string(name) +
         R"(","role":"ingest","client_ids":["7c9e6679-7425-40de-944b-e07fc1f90ae7"],"expires_at":null,)"
         R"("created_at":"2026-11-27T09:05:00.000Z","disabled":)" +
         std::string(is_disabled) + R"(,"last_used_at":null})";
}

}  // namespace

Operation create_key() {
  return {
      .name = "create_key",
      .summary = "Makes a key with a role, for all tenants or some.",
      .details =
          "Keys that are bound to tenants get the answers for all others that they would get if those "
          "did not exist.",
      .tag = kKeys,
      .body = json_body("The key.", new_key(),
                        R"({"name":"ci","role":"ingest",)"
                        R"("client_ids":["7c9e6679-7425-40de-944b-e07fc1f90ae7"],"expires_at":null})"),
      .answers = {{.status = 201,
                   .summary = "The key, which is shown here only.",
                   .schema = made_key(),
                   .examples = {R"({"key_id":"124fe2bb-aaaa-4c5e-9d0e-0d6a4f6c7b11",)"
                                R"("key":"annals_124fe2bbaaaa4c5e9d0e0d6a4f6c7b11_5f1d…","name":"ci",)"
                                R"("role":"ingest","client_ids":["7c9e6679-7425-40de-944b-e07fc1f90ae7"],)"
                                R"("expires_at":null,"created_at":"2026-11-27T09:05:00.000Z"})"}},
                  invalid_body("role", "field required", "value_error.missing"),
                  error(429, "There are too many keys.",
                        {"There are 10000 keys. Delete those that are not needed."})}};
}

Operation list_keys() {
  return {.name = "list_keys",
          .summary = "Lists the keys that were made over the API, newest first.",
          .tag = kKeys,
          .parameters = page_parameters("Keys"),
          .answers = {{.status = 200,
                       .summary = "A page of keys, without their secrets.",
                       .schema = page("KeyPage", "keys", key()),
                       .examples = {R"({"limit":50,"offset":0,"total_count":1,"results":[)" +
                                    listed_key("ci", "false") + "]}"}},
                      invalid_query("limit", "value is not a valid integer", "type_error.integer")}};
}

Operation get_key() {
  return {
      .name = "get_key",
      .summary = "Returns one key, without its secret.",
      .tag = kKeys,
      .parameters = {key_id()},
      .answers = {
          {.status = 200, .summary = "The key.", .schema = key(), .examples = {listed_key("ci", "false")}},
          no_key()}};
}

Operation change_key() {
  return {.name = "change_key",
          .summary = "Renames a key, disables or enables it, or changes when it expires.",
          .tag = kKeys,
          .parameters = {key_id()},
          .body = json_body("What is to change.", key_change(), R"({"name":"old ci","disabled":true})"),
          .answers = {{.status = 200,
                       .summary = "The key as it is now.",
                       .schema = key(),
                       .examples = {listed_key("old ci", "true")}},
                      no_key(),
                      invalid_body("role", "extra fields not permitted", "value_error.extra")}};
}

Operation delete_key() {
  return {.name = "delete_key",
          .summary = "Deletes a key.",
          .tag = kKeys,
          .parameters = {key_id()},
          .answers = {{.status = 204, .summary = "The key opens nothing any more.", .content_type = {}},
                      no_key()}};
}

}  // namespace annals::api::described
