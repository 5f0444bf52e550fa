#include "backup/manifest.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/json.hpp>

#include "backup/destination.h"
#include "backup/errors.h"
#include "crypto/digest.h"
#include "ids/uuid.h"

namespace annals::backup {
namespace {

namespace json = boost::json;

constexpr std::string_view kHead = R"({"sha256":")";
constexpr std::string_view kMiddle = R"(","manifest":)";
constexpr std::string_view kEnd = "}\n";
constexpr std::size_t kDigits = 64;

json::object to_json(const Blob& blob) {
  return {{"name", blob.name}, {"size", blob.size}, {"sha256", blob.sha256}};
}

template <class Items, class Encode>
json::array array_of(const Items& items, Encode encode) {
  json::array array;
  for (const auto& item : items) array.emplace_back(encode(item));
  return array;
}

std::uint64_t number(const json::object& object, std::string_view name) {
  return object.at(name).to_number<std::uint64_t>();
}

std::string string(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

Timestamp time(const json::object& object, std::string_view name) {
  const auto time = text::parse_time(string(object, name));
  if (!time) throw std::runtime_error(fmt::format("{} is no time", name));
  return *time;
}

template <class Thing>
Thing parsed(const json::object& object, std::string_view name) {
  auto thing = Thing::parse(string(object, name));
  if (!thing) throw std::runtime_error(fmt::format("{} is malformed", name));
  return *std::move(thing);
}

Blob blob_in(const json::value& value) {
  const json::object& object = value.as_object();
  Blob blob{
      .name = string(object, "name"), .size = number(object, "size"), .sha256 = string(object, "sha256")};
  if (!is_blob_name(blob.name)) throw std::runtime_error("it names a blob that cannot be one");
  return blob;
}

template <class Parse>
auto list_of(const json::object& object, std::string_view name, Parse parse) {
  std::vector<std::invoke_result_t<Parse&, const json::value&>> list;
  for (const json::value& value : object.at(name).as_array()) list.push_back(parse(value));
  return list;
}

/// Runs `parse`, and turns what it throws into the error for a damaged backup.
template <class Parse>
auto guarded(const std::string& name, Parse parse) {
  try {
    return parse();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw backup_damaged(name, error.what());
  }
}

TenantEntry entry_in(const json::value& value) {
  const json::object& object = value.as_object();
  return {.id = parsed<ClientId>(object, "client_id"),
          .label = string(object, "client_label"),
          .database = string(object, "database_name"),
          .rows = number(object, "events"),
          .files = number(object, "files"),
          .file_bytes = number(object, "file_bytes"),
          .details = blob_in(object.at("details"))};
}

json::object to_json(const TenantEntry& entry) {
  return {{"client_id", entry.id.text()},
          {"client_label", entry.label},
          {"database_name", entry.database},
          {"events", entry.rows},
          {"files", entry.files},
          {"file_bytes", entry.file_bytes},
          {"details", to_json(entry.details)}};
}

void check_format(const json::object& object) {
  const auto format = number(object, "format");
  if (format <= kManifestFormat) return;
  throw backup_refused(fmt::format(
      "The backup has format {}, and this version reads formats up to {}. A newer version of Annals made it.",
      format, kManifestFormat));
}

/// Returns the names of ids. Backups of earlier versions have none.
std::string names_in(const json::object& object) {
  return object.contains("names") ? string(object, "names") : std::string();
}

Manifest manifest_in(const json::object& object) {
  check_format(object);
  Manifest manifest{
      .id = string(object, "backup_id"),
      .started_at = time(object, "started_at"),
      .finished_at = time(object, "finished_at"),
      .version = string(object, "version"),
      .tenant = {},
      .base = {},
      .needs = list_of(object, "needs", [](const json::value& id) { return std::string(id.as_string()); }),
      .tenants = list_of(object, "tenants", entry_in),
      .keys = {},
      .key_count = number(object, "key_count"),
      .names = names_in(object),
      .new_bytes = number(object, "new_bytes")};
  if (!object.at("client_id").is_null()) manifest.tenant = parsed<ClientId>(object, "client_id");
  if (!object.at("base").is_null()) manifest.base = string(object, "base");
  if (!object.at("keys").is_null()) manifest.keys = blob_in(object.at("keys"));
  return manifest;
}

tenants::KeptTenant tenant_in(const json::object& object) {
  const auto hash = crypto::SecretHash::from_hex(string(object, "secret_hash"));
  if (!hash) throw std::runtime_error("secret_hash is malformed");
  return {.id = parsed<ClientId>(object, "client_id"),
          .request = {.database = parsed<DatabaseName>(object, "database_name"),
                      .label = string(object, "client_label")},
          .secret_hash = *hash,
          .created_at = time(object, "created_at"),
          .settings = string(object, "settings")};
}

KeptFile file_in(const json::value& value) {
  const json::object& object = value.as_object();
  return {.id = parsed<FileId>(object, "file_id"),
          .headers = {.content_type = string(object, "content_type"),
                      .content_encoding = string(object, "content_encoding"),
                      .content_disposition = string(object, "content_disposition")},
          .version = string(object, "version"),
          .size = number(object, "size"),
          .parts = list_of(object, "parts", blob_in)};
}

}  // namespace

std::string new_backup_id(Timestamp now) {
  constexpr std::size_t kRandomDigits = 5;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  // The milliseconds come first, so that ids of one second are in the order of time too.
  return fmt::format("{:%Y%m%dT%H%M%SZ}-{:03x}{}", seconds, (now - seconds).count(),
                     uuid_text(random_uuid()).substr(0, kRandomDigits));
}

bool is_backup_id(std::string_view text) {
  constexpr std::string_view kForm = "00000000T000000Z-xxxxxxxx";
  if (text.size() != kForm.size()) return false;
  return std::ranges::equal(text, kForm, [](char c, char form) {
    const bool is_digit = c >= '0' && c <= '9';
    if (form == '0') return is_digit;
    return form == 'x' ? is_digit || (c >= 'a' && c <= 'f') : c == form;
  });
}

const TenantEntry* find_entry(const Manifest& manifest, ClientId tenant) {
  const auto found = std::ranges::find(manifest.tenants, tenant, &TenantEntry::id);
  return found == manifest.tenants.end() ? nullptr : &*found;
}

const TenantEntry& entry_of(const Manifest& manifest, ClientId tenant) {
  if (const TenantEntry* entry = find_entry(manifest, tenant)) return *entry;
  throw backup_refused(fmt::format("The backup has no client with the id {}.", tenant.text()));
}

std::string encode(const Manifest& manifest) {
  const json::object object{
      {"format", kManifestFormat},
      {"backup_id", manifest.id},
      {"started_at", text::format_time(manifest.started_at)},
      {"finished_at", text::format_time(manifest.finished_at)},
      {"version", manifest.version},
      {"client_id", manifest.tenant ? json::value(manifest.tenant->text()) : json::value()},
      {"base", manifest.base ? json::value(*manifest.base) : json::value()},
      {"needs", array_of(manifest.needs, [](const std::string& id) { return json::value(id); })},
      {"tenants", array_of(manifest.tenants, [](const TenantEntry& entry) { return to_json(entry); })},
      {"keys", manifest.keys ? json::value(to_json(*manifest.keys)) : json::value()},
      {"key_count", manifest.key_count},
      {"names", manifest.names},
      {"new_bytes", manifest.new_bytes}};
  const std::string text = json::serialize(object);
  return fmt::format("{}{}{}{}{}", kHead, crypto::sha256_hex(text), kMiddle, text, kEnd);
}

Manifest parse_manifest(std::string_view text, const std::string& name) {
  return guarded(name, [text] {
    const std::size_t begin = kHead.size() + kDigits + kMiddle.size();
    const std::size_t middle = kHead.size() + kDigits;
    if (!text.starts_with(kHead) || !text.ends_with(kEnd) || text.size() < begin + kEnd.size() ||
        text.substr(middle, kMiddle.size()) != kMiddle) {
      throw std::runtime_error("it is no manifest");
    }
    const auto body = text.substr(begin, text.size() - begin - kEnd.size());
    if (text.substr(kHead.size(), kDigits) != crypto::sha256_hex(body))
      throw std::runtime_error("its checksum is wrong");
    return manifest_in(json::parse(body).as_object());
  });
}

std::string encode(const TenantDetails& details) {
  const tenants::KeptTenant& tenant = details.tenant;
  const auto rows = [](const RowBlob& one) {
    return json::object{{"blob", to_json(one.blob)}, {"events", one.rows}};
  };
  return json::serialize(json::object{
      {"client_id", tenant.id.text()},
      {"client_label", tenant.request.label},
      {"database_name", tenant.request.database.text()},
      {"secret_hash", tenant.secret_hash.hex()},
      {"created_at", text::format_time(tenant.created_at)},
      {"settings", tenant.settings},
      {"last_arrival", details.table.last_arrival},
      {"events", details.table.rows},
      {"hash", details.table.hash},
      {"rows", array_of(details.rows, rows)},
      {"file_lists", array_of(details.file_lists, [](const Blob& blob) { return to_json(blob); })},
      {"names", details.names}});
}

TenantDetails parse_details(std::string_view text, const std::string& name) {
  return guarded(name, [text] {
    const json::value value = json::parse(text);
    const json::object& object = value.as_object();
    const auto rows = [](const json::value& one) {
      return RowBlob{.blob = blob_in(one.as_object().at("blob")), .rows = number(one.as_object(), "events")};
    };
    return TenantDetails{.tenant = tenant_in(object),
                         .table = {.last_arrival = number(object, "last_arrival"),
                                   .rows = number(object, "events"),
                                   .hash = number(object, "hash")},
                         .rows = list_of(object, "rows", rows),
                         .file_lists = list_of(object, "file_lists", blob_in),
                         .names = names_in(object)};
  });
}

std::string encode(const KeptFile& file) {
  return json::serialize(
      json::object{{"file_id", file.id.text()},
                   {"content_type", file.headers.content_type},
                   {"content_encoding", file.headers.content_encoding},
                   {"content_disposition", file.headers.content_disposition},
                   {"version", file.version},
                   {"size", file.size},
                   {"parts", array_of(file.parts, [](const Blob& blob) { return to_json(blob); })}});
}

std::vector<KeptFile> parse_files(std::string_view text, const std::string& name) {
  return guarded(name, [text] {
    std::vector<KeptFile> files;
    const json::value value = json::parse(text);
    for (const json::value& one : value.as_array()) files.push_back(file_in(one));
    return files;
  });
}

}  // namespace annals::backup
