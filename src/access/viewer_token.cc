#include "access/viewer_token.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "crypto/digest.h"
#include "text/base64.h"

namespace annals::access {
namespace {

using crypto::Sha256;
using events::Filter;

// The form of a token. A part that an earlier version does not know, such as a further kind of filter, needs
// another version: who passed it over would show too much. Only filters with ids that are strings have the
// second one, and only those with fields the third, so that an instance of the version before knows all other
// tokens.
constexpr char kVersion = 1;
constexpr char kVersionOfStrings = 2;
constexpr char kVersionOfFields = 3;
constexpr std::size_t kIdSize = 16;
constexpr std::size_t kHeadSize = 1 + kIdSize;
constexpr std::size_t kSignatureSize = std::tuple_size_v<Sha256>;

constexpr std::array kPermissions{std::pair{Permission::read_history, "history"},
                                  std::pair{Permission::read_files, "files"}};

// The names of the JSON members; those of the filter are the API's.
constexpr std::string_view kKeyId = "key_id";
constexpr std::string_view kIssuedAt = "issued_at";
constexpr std::string_view kExpiresAt = "expires_at";
constexpr std::string_view kPermitted = "permissions";
constexpr std::string_view kFilter = "filter";
constexpr std::string_view kFrom = "event_time_from";
constexpr std::string_view kTo = "event_time_to";
constexpr std::string_view kTerms = "q";
constexpr std::string_view kEventIds = "event_id";
constexpr std::string_view kFields = "fields";

using Ids = std::vector<ForeignId>;
constexpr std::array kIds{
    std::pair{"record_id", &Filter::record_ids}, std::pair{"event_type_id", &Filter::event_type_ids},
    std::pair{"source_type_id", &Filter::source_type_ids}, std::pair{"source_id", &Filter::source_ids}};

bool has_strings(const Filter& filter) {
  return std::ranges::any_of(kIds, [&filter](const auto& part) {
    return std::ranges::any_of(filter.*part.second, &ForeignId::is_string);
  });
}

/// Returns the earliest version whose readers know everything in the token.
char version_of(const ViewerGrant& grant) {
  if (!grant.visible) return kVersion;
  if (!grant.visible->fields.empty()) return kVersionOfFields;
  return has_strings(*grant.visible) ? kVersionOfStrings : kVersion;
}

boost::json::value encode(const ForeignId& id) {
  if (id.is_string()) return boost::json::string(id.string());
  return id.integer();
}

boost::json::object encode(const Filter& filter) {
  boost::json::object object;
  for (const auto& [name, member] : kIds) {
    boost::json::array ids;
    for (const ForeignId& id : filter.*member) ids.push_back(encode(id));
    if (!ids.empty()) object[name] = std::move(ids);
  }
  boost::json::array ids;
  for (const EventId& id : filter.event_ids) ids.emplace_back(id.text());
  if (!ids.empty()) object[kEventIds] = std::move(ids);
  if (filter.from) object[kFrom] = text::format_time(*filter.from);
  if (filter.to) object[kTo] = text::format_time(*filter.to);
  if (!filter.terms.empty()) object[kTerms] = boost::json::value_from(filter.terms);
  boost::json::object fields;
  for (const events::FieldFilter& field : filter.fields) {
    fields[field.name] = boost::json::value_from(field.values);
  }
  if (!fields.empty()) object[kFields] = std::move(fields);
  return object;
}

template <class T>
T required(std::optional<T> value) {
  if (!value) throw std::runtime_error("a viewer token was signed that is malformed");
  return *std::move(value);
}

Timestamp time_of(const boost::json::value& value) {
  return required(text::parse_time(value.as_string()));
}

ForeignId id_of(const boost::json::value& value) {
  if (!value.is_string()) return {value.to_number<std::uint64_t>()};
  auto id = ForeignId::of_string(value.get_string());
  return required(id ? std::optional(*std::move(id)) : std::nullopt);
}

Filter filter_of(const boost::json::object& object) {
  Filter filter;
  for (const auto& [name, member] : kIds) {
    const auto* ids = object.if_contains(name);
    if (ids == nullptr) continue;
    std::ranges::transform(ids->as_array(), std::back_inserter(filter.*member), id_of);
  }
  if (const auto* ids = object.if_contains(kEventIds)) {
    filter.event_ids.reserve(ids->as_array().size());
    for (const auto& id : ids->as_array()) {
      filter.event_ids.push_back(required(EventId::parse(id.as_string())));
    }
  }
  if (const auto* from = object.if_contains(kFrom)) filter.from = time_of(*from);
  if (const auto* to = object.if_contains(kTo)) filter.to = time_of(*to);
  if (const auto* terms = object.if_contains(kTerms)) {
    filter.terms = boost::json::value_to<std::vector<std::string>>(*terms);
  }
  if (const auto* fields = object.if_contains(kFields)) {
    for (const auto& field : fields->as_object()) {
      filter.fields.push_back({.name = std::string(field.key()),
                               .values = boost::json::value_to<std::vector<std::string>>(field.value())});
      (void)required(events::parse_field(field.key()));
    }
  }
  return filter;
}

std::string encode(const ViewerGrant& grant) {
  boost::json::object object{{kIssuedAt, text::format_time(grant.issued_at)},
                             {kExpiresAt, text::format_time(grant.expires_at)}};
  if (grant.key_id) object[kKeyId] = grant.key_id->text();
  boost::json::array permissions;
  for (const Permission permission : grant.permissions) {
    permissions.emplace_back(viewer_permission_name(permission));
  }
  object[kPermitted] = std::move(permissions);
  object[kFilter] = encode(grant.visible ? *grant.visible : Filter{});
  return boost::json::serialize(object);
}

/// Reads what encode() has made. Throws if it is something else.
ViewerGrant grant_of(ClientId client_id, std::string_view json) {
  const boost::json::object object = boost::json::parse(json).as_object();
  ViewerGrant grant{.client_id = client_id,
                    .issued_at = time_of(object.at(kIssuedAt)),
                    .expires_at = time_of(object.at(kExpiresAt))};
  if (const auto* key_id = object.if_contains(kKeyId))
    grant.key_id = required(KeyId::parse(key_id->as_string()));
  for (const auto& name : object.at(kPermitted).as_array()) {
    grant.permissions.insert(required(parse_viewer_permission(name.as_string())));
  }
  auto filter = filter_of(object.at(kFilter).as_object());
  if (filter != Filter{}) grant.visible = std::make_shared<const Filter>(std::move(filter));
  return grant;
}

Sha256 sign(std::string_view content, const Sha256& platform_key, const ClientId& tenant,
            const crypto::SecretHash& secret) {
  const Sha256 key =
      crypto::hmac_sha256(crypto::bytes(platform_key), fmt::format("{}\n{}", tenant.text(), secret.hex()));
  return crypto::hmac_sha256(crypto::bytes(key), content);
}

/// Returns the bytes of a text that has the form of a token.
std::optional<std::string> bytes_of(std::string_view text) {
  if (text.size() > ViewerTokens::kMaxLength || !text.starts_with(ViewerTokens::kPrefix)) return std::nullopt;
  auto bytes = text::base64url_decode(text.substr(ViewerTokens::kPrefix.size()));
  if (!bytes || bytes->size() < kHeadSize + kSignatureSize) return std::nullopt;
  if (bytes->front() < kVersion || bytes->front() > kVersionOfFields) return std::nullopt;
  return bytes;
}

ClientId client_of(std::string_view bytes) {
  Uuid uuid{};
  std::ranges::copy(bytes.substr(1, kIdSize), uuid.begin());
  return ClientId(uuid);
}

}  // namespace

std::string_view viewer_permission_name(Permission permission) {
  for (const auto& [value, name] : kPermissions) {
    if (value == permission) return name;
  }
  throw std::invalid_argument("no viewer token gives this permission");
}

std::optional<Permission> parse_viewer_permission(std::string_view name) {
  for (const auto& [value, text] : kPermissions) {
    if (text == name) return value;
  }
  return std::nullopt;
}

boost::asio::awaitable<void> ViewerTokens::prepare() const {
  if (keys_.has_signers()) co_return;
  co_await deriving_.run([this] { static_cast<void>(keys_.signers()); });
}

crypto::Secret ViewerTokens::make(const ViewerGrant& grant, const tenants::Tenant& tenant,
                                  std::string_view signer) const {
  const auto configured = keys_.signers();
  const auto& signers = *configured;
  if (signers.empty()) throw std::logic_error("no configured key can sign a viewer token");
  const auto named = std::ranges::find(signers, signer, &PlatformKeys::Signer::id);
  const auto& key = named == signers.end() ? signers.front() : *named;
  std::string content(1, version_of(grant));
  const Uuid& uuid = tenant.id.uuid();
  content.append(uuid.begin(), uuid.end());
  content += encode(grant);
  content += crypto::bytes(sign(content, key.key, tenant.id, tenant.secret_hash));
  return crypto::Secret(fmt::format("{}{}", kPrefix, text::base64url_encode(content)));
}

std::optional<ClientId> ViewerTokens::client_in(std::string_view text) {
  const auto bytes = bytes_of(text);
  return bytes ? std::optional(client_of(*bytes)) : std::nullopt;
}

std::optional<ViewerGrant> ViewerTokens::open(std::string_view text, const tenants::Tenant& tenant,
                                              Timestamp now) const {
  const auto bytes = bytes_of(text);
  if (!bytes || client_of(*bytes) != tenant.id) return std::nullopt;
  const std::string_view all = *bytes;
  const std::string_view content = all.substr(0, all.size() - kSignatureSize);
  if (!is_signed(content, all.substr(content.size()), tenant, now)) return std::nullopt;
  return grant_of(tenant.id, content.substr(kHeadSize));
}

bool ViewerTokens::is_signed(std::string_view content, std::string_view signature,
                             const tenants::Tenant& tenant, Timestamp now) const {
  Sha256 presented{};
  std::ranges::copy(signature, presented.begin());
  bool any = false;
  const auto signers = keys_.signers();
  const auto look = [&](const crypto::SecretHash& secret) {
    for (const auto& [id, key] : *signers) {
      if (crypto::equal(sign(content, key, tenant.id, secret), presented)) any = true;
    }
  };
  look(tenant.secret_hash);
  for (const auto& [secret, valid_until] : tenant.previous_secrets) {
    if (now < valid_until) look(secret);
  }
  return any;
}

}  // namespace annals::access
