#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.h"
#include "tenants/tenant.h"
#include "text/time.h"

namespace annals::tenants {

/// Holds what has been changed of a tenant since it was made, as the document that the registry keeps beside
/// the tenant's row. Members that a later version of Annals has written stay.
class TenantSettings {
 public:
  /// Reads a document; an empty text is one without changes. Throws std::runtime_error if it is malformed.
  static TenantSettings parse(std::string_view document);

  /// Returns a document without its label, or an empty text if nothing else is in it. Throws as parse().
  static std::string without_label(std::string_view document);

  /// Returns the document.
  [[nodiscard]] std::string document() const;

  /// Puts what has been changed into a tenant that was read from its row, and the default where nothing was.
  void apply_to(Tenant& tenant, std::uint32_t default_retention_days = 0) const;

  std::optional<std::string> label = {};  // nullopt: that of the row
  bool is_suspended = false;
  std::optional<crypto::SecretHash> secret_hash = {};  // nullopt: that of the row
  std::vector<PreviousSecret> previous_secrets = {};   // the newest first
  QuotaValues quotas = {};
  std::optional<std::uint32_t> retention_days = {};  // 0: for ever; nullopt: the default
  RetentionStatus retention = {};
  std::string retention_change = {};  // names the last change of `retention`, so that it is recognised
  DayUsage day_usage = {};
  std::string usage_change = {};  // names the last change of `day_usage`, so that it is recognised

 private:
  std::string read_from_;
};

}  // namespace annals::tenants
