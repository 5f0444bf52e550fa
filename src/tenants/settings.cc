#include "tenants/settings.h"

#include <chrono>
#include <stdexcept>

#include <boost/json.hpp>

namespace annals::tenants {
namespace {

// The names of the members. Registry reads the label in SQL.
constexpr std::string_view kLabel = "client_label";
constexpr std::string_view kSuspended = "suspended";
constexpr std::string_view kSecret = "secret_hash";
constexpr std::string_view kPrevious = "previous_secrets";
constexpr std::string_view kHash = "hash";
constexpr std::string_view kValidUntil = "valid_until_ms";
constexpr std::string_view kQuotas = "quotas";
constexpr std::string_view kUsage = "day_usage";
constexpr std::string_view kDay = "day";
constexpr std::string_view kBytes = "bytes";
constexpr std::string_view kChange = "change";
constexpr std::string_view kRetentionDays = "retention_days";
constexpr std::string_view kRetention = "retention";
constexpr std::string_view kAt = "at_ms";
constexpr std::string_view kDays = "days";
constexpr std::string_view kRows = "rows_removed";
constexpr std::string_view kFiles = "files_removed";
constexpr std::string_view kAllRows = "all_rows_removed";
constexpr std::string_view kAllFiles = "all_files_removed";
constexpr std::string_view kOldest = "oldest_event_ms";

crypto::SecretHash hash_of(const boost::json::value& value) {
  const auto hash = crypto::SecretHash::from_hex(value.as_string());
  if (!hash) throw std::runtime_error("the registry holds a malformed hash of a secret");
  return *hash;
}

PreviousSecret previous_of(const boost::json::value& value) {
  const boost::json::object& object = value.as_object();
  return {
      .hash = hash_of(object.at(kHash)),
      .valid_until = Timestamp(std::chrono::milliseconds(object.at(kValidUntil).to_number<std::int64_t>()))};
}

boost::json::object parsed(std::string_view document) {
  return document.empty() ? boost::json::object() : boost::json::parse(document).as_object();
}

QuotaValues quotas_of(const boost::json::value& value) {
  QuotaValues quotas;
  for_each_quota([&](Quota quota, std::string_view name) {
    const auto* number = value.as_object().if_contains(name);
    if (number != nullptr && !number->is_null()) quotas[quota] = number->to_number<std::uint64_t>();
  });
  return quotas;
}

Timestamp time_of(const boost::json::value& value) {
  return Timestamp(std::chrono::milliseconds(value.to_number<std::int64_t>()));
}

RetentionStatus retention_of(const boost::json::object& stored) {
  RetentionRun run{.at = time_of(stored.at(kAt)),
                   .days = stored.at(kDays).to_number<std::uint32_t>(),
                   .rows_removed = stored.at(kRows).to_number<std::uint64_t>(),
                   .files_removed = stored.at(kFiles).to_number<std::uint64_t>()};
  if (const auto* oldest = stored.if_contains(kOldest)) run.oldest_event = time_of(*oldest);
  return {.last_run = run,
          .rows_removed = stored.at(kAllRows).to_number<std::uint64_t>(),
          .files_removed = stored.at(kAllFiles).to_number<std::uint64_t>()};
}

/// Returns the object for a tenant whose retention has run.
boost::json::object stored_retention(const RetentionStatus& status, std::string_view change) {
  const RetentionRun run = status.last_run.value_or(RetentionRun{});
  boost::json::object stored{{kAt, run.at.time_since_epoch().count()},
                             {kDays, run.days},
                             {kRows, run.rows_removed},
                             {kFiles, run.files_removed},
                             {kAllRows, status.rows_removed},
                             {kAllFiles, status.files_removed},
                             {kChange, change}};
  if (run.oldest_event) stored[kOldest] = run.oldest_event->time_since_epoch().count();
  return stored;
}

/// Puts the values into the document. Members that a later version has written stay.
void put(boost::json::object& document, const QuotaValues& quotas) {
  auto* stored = document.if_contains(kQuotas);
  if (stored == nullptr && !quotas.any()) return;
  boost::json::object& members = stored != nullptr ? stored->as_object() : document[kQuotas].emplace_object();
  for_each_quota([&](Quota quota, std::string_view name) {
    const auto& value = quotas[quota];
    if (value) {
      members[name] = *value;
    } else {
      members.erase(name);
    }
  });
}

}  // namespace

std::string TenantSettings::without_label(std::string_view document) {
  (void)parse(document);  // throws if it is malformed
  boost::json::object object = parsed(document);
  object.erase(kLabel);
  return object.empty() ? std::string() : boost::json::serialize(object);
}

TenantSettings TenantSettings::parse(std::string_view document) {
  const boost::json::object object = parsed(document);
  TenantSettings settings;
  settings.read_from_ = document;
  if (const auto* label = object.if_contains(kLabel)) settings.label = std::string(label->as_string());
  if (const auto* suspended = object.if_contains(kSuspended)) settings.is_suspended = suspended->as_bool();
  if (const auto* secret = object.if_contains(kSecret)) settings.secret_hash = hash_of(*secret);
  if (const auto* previous = object.if_contains(kPrevious)) {
    for (const auto& one : previous->as_array()) settings.previous_secrets.push_back(previous_of(one));
  }
  if (const auto* quotas = object.if_contains(kQuotas)) settings.quotas = quotas_of(*quotas);
  if (const auto* usage = object.if_contains(kUsage)) {
    const boost::json::object& members = usage->as_object();
    settings.day_usage = {.day = members.at(kDay).to_number<std::int64_t>(),
                          .bytes = members.at(kBytes).to_number<std::uint64_t>()};
    settings.usage_change = std::string(members.at(kChange).as_string());
  }
  if (const auto* days = object.if_contains(kRetentionDays)) {
    settings.retention_days = days->to_number<std::uint32_t>();
  }
  if (const auto* retention = object.if_contains(kRetention)) {
    settings.retention = retention_of(retention->as_object());
    settings.retention_change = std::string(retention->as_object().at(kChange).as_string());
  }
  return settings;
}

std::string TenantSettings::document() const {
  boost::json::object object = parsed(read_from_);
  if (label) object[kLabel] = *label;
  object[kSuspended] = is_suspended;
  if (secret_hash) object[kSecret] = secret_hash->hex();
  boost::json::array previous;
  for (const PreviousSecret& one : previous_secrets) {
    previous.push_back(boost::json::object{{kHash, one.hash.hex()},
                                           {kValidUntil, one.valid_until.time_since_epoch().count()}});
  }
  object[kPrevious] = std::move(previous);
  put(object, quotas);
  if (!usage_change.empty()) {
    object[kUsage] =
        boost::json::object{{kDay, day_usage.day}, {kBytes, day_usage.bytes}, {kChange, usage_change}};
  }
  if (retention_days) object[kRetentionDays] = *retention_days;
  if (retention.last_run) object[kRetention] = stored_retention(retention, retention_change);
  return boost::json::serialize(object);
}

void TenantSettings::apply_to(Tenant& tenant, std::uint32_t default_retention_days) const {
  if (label) tenant.label = *label;
  tenant.is_suspended = is_suspended;
  if (secret_hash) tenant.secret_hash = *secret_hash;
  tenant.previous_secrets = previous_secrets;
  tenant.quotas = quotas;
  tenant.day_usage = day_usage;
  tenant.own_retention_days = retention_days;
  tenant.retention_days = retention_days.value_or(default_retention_days);
  tenant.retention = retention;
}

}  // namespace annals::tenants
