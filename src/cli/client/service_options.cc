#include "cli/client/service_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "crypto/certificates.h"
#include "io/durable_file.h"

namespace annals::cli {
namespace {

constexpr const char* kKeyVariable = "ANNALS_API_KEY";
// The file in which `annals serve` stores the key that it generates.
constexpr const char* kKeyOfTheService = "data/api_key";

crypto::Secret read_secret(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file) throw Mistake(fmt::format("cannot read {}; check the path and its permissions", path));
  std::getline(file, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty())
    throw Mistake(fmt::format("the first line of {} is empty; it must contain the key", path));
  return crypto::Secret(std::move(line));
}

// A file that is none would show only once a connection fails, as a failure of the service's certificate.
void check_ca_file(const std::string& path) {
  const auto content = io::read_if_there(path);
  if (!content) throw Mistake(fmt::format("--ca-file: {} does not exist", path));
  if (!crypto::has_certificate(*content)) {
    throw Mistake(fmt::format("--ca-file: {} is a file without a certificate in PEM form", path));
  }
}

}  // namespace

void ServiceOptions::add_to(CLI::App& command) {
  command.add_option("--url", url_, "URL of the service")->capture_default_str();
  if (kind_ == Kind::tenant) {
    command.add_option("--client-id", client_id_, "The tenant's client_id")->required();
  }
  auto* key = command.add_option("--key-file", key_file_,
                                 "File with the platform key in its first line (default: the variable "
                                 "ANNALS_API_KEY, else ./data/api_key)");
  command.add_option("--ca-file", ca_file_, "File of certificates (PEM) to trust besides the system's");
  if (kind_ == Kind::platform) return;
  command
      .add_option("--secret-file", secret_file_,
                  "File with the tenant's own secret, to use instead of the platform key")
      ->excludes(key);
  command
      .add_option("--patience", patience_,
                  "Seconds to keep retrying if the service fails in the middle of the work")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
}

ServiceAccess ServiceOptions::access() const {
  ServiceAccess access{
      .url = url_, .client_id = client_id_, .ca_file = ca_file_, .patience = std::chrono::seconds(patience_)};
  while (access.url.ends_with('/')) access.url.pop_back();
  if (!access.url.starts_with("http://") && !access.url.starts_with("https://")) {
    throw Mistake(fmt::format("--url must begin with http:// or https://, but is {}", url_));
  }
  if (!ca_file_.empty()) check_ca_file(ca_file_);
  const char* variable = std::getenv(kKeyVariable);
  if (!secret_file_.empty()) {
    access.client_secret = read_secret(secret_file_);
  } else if (!key_file_.empty()) {
    access.api_key = read_secret(key_file_);
  } else if (variable != nullptr && *variable != '\0') {
    access.api_key = crypto::Secret(variable);
  } else if (std::filesystem::exists(kKeyOfTheService)) {
    access.api_key = read_secret(kKeyOfTheService);
  } else {
    throw Mistake(
        fmt::format("no key found: pass --key-file{}, or set {} ({} does not exist in the working directory)",
                    kind_ == Kind::tenant ? " or --secret-file" : "", kKeyVariable, kKeyOfTheService));
  }
  return access;
}

}  // namespace annals::cli
