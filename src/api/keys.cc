#include "api/keys.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>

#include <boost/json.hpp>

#include "access/errors.h"
#include "api/described/keys.h"
#include "api/described/limits.h"
#include "http/body_fields.h"
#include "http/query_fields.h"
#include "text/time.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using access::StoredKey;
using boost::asio::awaitable;
using http::Request;
using http::Response;
using http::Status;

// Unknown fields are refused here, unlike elsewhere: a misspelt `client_ids` would make a key for all
// tenants.

access::NewKey decode_new_key(const Request& request) {
  http::BodyFields fields(request);
  access::NewKey wanted{.name = fields.text("name", http::name_rule(described::kMaxKeyName))};
  const auto role = access::parse_key_role(fields.one_of("role", {"admin", "ingest", "read"}));
  const auto ids = fields.nullable_uuids("client_ids", described::kMaxKeyClients);
  wanted.expires_at = fields.nullable_time("expires_at");
  fields.forbid_others();
  fields.check();
  if (!role) throw std::logic_error("a role passed the check that the parser refuses");
  wanted.role = *role;
  if (ids) {
    std::set<ClientId> bound_to;
    for (const Uuid& id : *ids) bound_to.emplace(id);
    wanted.client_ids = std::make_shared<const std::set<ClientId>>(std::move(bound_to));
  }
  return wanted;
}

access::KeyChange decode_change(const Request& request) {
  http::BodyFields fields(request);
  access::KeyChange change{.name = fields.optional_text("name", http::name_rule(described::kMaxKeyName)),
                           .is_disabled = fields.optional_flag("disabled")};
  const auto expires_at = fields.nullable_time("expires_at");
  if (fields.has("expires_at")) change.expires_at = expires_at;
  fields.forbid_others();
  fields.check();
  return change;
}

boost::json::value encode(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return boost::json::value(text::format_time(*time));
}

boost::json::value encode(const access::BoundTo& client_ids) {
  if (!client_ids) return nullptr;
  boost::json::array ids;
  for (const ClientId& id : *client_ids) ids.emplace_back(id.text());
  return ids;
}

/// Appends what a key is, as a new one and a listed one have it.
void append(boost::json::object& object, const StoredKey& key) {
  object["name"] = key.name;
  object["role"] = access::name_of(key.role);
  object["client_ids"] = encode(key.client_ids);
  object["expires_at"] = encode(key.expires_at);
  object["created_at"] = text::format_time(key.created_at);
}

boost::json::object encode(const StoredKey& key) {
  boost::json::object object{{"key_id", key.id.text()}};
  append(object, key);
  object["disabled"] = key.is_disabled;
  object["last_used_at"] = encode(key.last_used_at);
  return object;
}

Response respond(Status status, const boost::json::object& body) {
  return http::json(status, boost::json::serialize(body));
}

KeyId named_key(const Request& request) {
  const auto id = KeyId::parse(request.path_parameters.at("key_id"));
  if (!id) throw access::key_not_found();
  return *id;
}

}  // namespace

void Keys::add_to(http::Router& router, const Admission& admission) {
  const auto admit = [&admission, this](awaitable<Response> (Keys::*handler)(Request),
                                        std::function<void(const Request&)> check = nullptr) {
    return admission.with(
        Permission::manage_keys,
        [this, handler](const Caller& /*caller*/, Request request) {
          return (this->*handler)(std::move(request));
        },
        [check = std::move(check)](const Caller& /*caller*/, const Request& request) {
          if (check) check(request);
        });
  };
  const auto check_change = [](const Request& request) {
    (void)named_key(request);
    (void)decode_change(request);
  };
  router.add({.method = "POST",
              .path = "/api/keys",
              .operation = described::create_key(),
              .admit = admit(&Keys::create, decode_new_key)});
  router.add({.method = "GET",
              .path = "/api/keys",
              .operation = described::list_keys(),
              .admit = admit(&Keys::list)});
  router.add({.method = "GET",
              .path = "/api/keys/{key_id}",
              .operation = described::get_key(),
              .admit = admit(&Keys::show)});
  router.add({.method = "PATCH",
              .path = "/api/keys/{key_id}",
              .operation = described::change_key(),
              .admit = admit(&Keys::change, check_change)});
  router.add({.method = "DELETE",
              .path = "/api/keys/{key_id}",
              .operation = described::delete_key(),
              .admit = admit(&Keys::remove, named_key)});
}

awaitable<Response> Keys::create(Request request) {
  auto wanted = decode_new_key(request);
  const auto made = co_await keys_.create(std::move(wanted));
  boost::json::object body{{"key_id", made.stored.id.text()}, {"key", made.text.reveal()}};
  append(body, made.stored);
  co_return respond(Status::created, body);
}

awaitable<Response> Keys::list(Request request) {
  http::QueryFields fields(request);
  const auto limit = fields.integer("limit", described::kPageLimit);
  const auto offset = fields.integer("offset", described::kPageOffset);
  fields.forbid_others();
  fields.check();
  const auto keys = co_await keys_.list();
  const auto begin = std::min(static_cast<std::size_t>(offset), keys.size());
  const auto end = std::min(begin + static_cast<std::size_t>(limit), keys.size());
  boost::json::array results;
  for (std::size_t i = begin; i < end; ++i) results.push_back(encode(keys[i]));
  co_return respond(
      Status::ok,
      {{"limit", limit}, {"offset", offset}, {"total_count", keys.size()}, {"results", std::move(results)}});
}

awaitable<Response> Keys::show(Request request) {
  const auto key = co_await keys_.find(named_key(request));
  if (!key) throw access::key_not_found();
  co_return respond(Status::ok, encode(*key));
}

awaitable<Response> Keys::change(Request request) {
  const KeyId id = named_key(request);
  auto wanted = decode_change(request);
  const auto key = co_await keys_.change(id, std::move(wanted));
  if (!key) throw access::key_not_found();
  co_return respond(Status::ok, encode(*key));
}

awaitable<Response> Keys::remove(Request request) {
  const bool removed = co_await keys_.remove(named_key(request));
  if (!removed) throw access::key_not_found();
  co_return http::no_content();
}

}  // namespace annals::api
