// A backup in its destination, all of it in JSON but for rows and parts of files:
//
//   manifests/<backup>.started      the backup was begun, and the base if it is an increment; left behind if
//                                   it was not finished
//   manifests/<backup>.json         the manifest, written last: without it there is no backup
//   manifests/<backup>.used-<time>      a job uses the backup; counts for a while after that time
//   manifests/<backup>.deleting-<time>  a mark of one who deletes the backup; removed last
//   manifests/<backup>.withdrawn    the backup was deleted before it was complete, and never becomes it
//   data/<backup>/keys.json         the platform keys that were made over the API, with their hashes
//   data/<backup>/<client_id>/tenant.json     the tenant, the state of its table, and its blobs
//   data/<backup>/<client_id>/rows-<n>        rows (see rows.h), compressed with zstd
//   data/<backup>/<client_id>/files-<n>.json  a part of the list of files, with the blobs of each
//   data/<backup>/<client_id>/file-<file_id>-<n>   a part of a file
//
// Every blob is named together with its size and its SHA-256, and the manifest bears its own. An incremental
// backup names blobs of earlier ones, so `needs` lists these: without them it cannot be restored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/file_store.h"
#include "ids/id.h"
#include "tenants/tenant.h"
#include "text/time.h"

namespace annals::backup {

/// The number of the form of manifests. One with a higher number is refused.
inline constexpr std::uint64_t kManifestFormat = 1;

/// Returns a new id: the time and some random digits, so that ids are in the order of their backups.
std::string new_backup_id(Timestamp now);
/// Returns whether a text has the form of an id.
bool is_backup_id(std::string_view text);

/// Something that is kept in the destination.
struct Blob {
  std::string name;
  std::uint64_t size = 0;  // bytes, as they are stored
  std::string sha256;      // of these bytes, hexadecimal
};

/// A blob with rows.
struct RowBlob {
  Blob blob;
  std::uint64_t rows = 0;
};

/// The content of a table up to a place in the order of arrival.
struct TableState {
  std::uint64_t last_arrival = 0;
  std::uint64_t rows = 0;
  std::uint64_t hash = 0;  // a sum over all rows, so that their order does not matter

  bool operator==(const TableState&) const = default;
};

struct KeptFile {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  FileId id;
  files::FileHeaders headers;
  std::string version;     // see files::FileContent::version()
  std::uint64_t size = 0;  // bytes
  std::vector<Blob> parts;
};

/// The content of a backup that is about one tenant.
struct TenantDetails {
  tenants::KeptTenant tenant;
  TableState table;
  std::vector<RowBlob> rows;
  std::vector<Blob> file_lists;
  std::string names = {};  // the tenant's own names of ids, see names::Names; empty: none
};

/// A tenant in the manifest.
struct TenantEntry {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId id;
  std::string label;
  std::string database;
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
  Blob details;
};

struct Manifest {
  std::string id;
  Timestamp started_at;
  Timestamp finished_at;
  std::string version;              // of Annals
  std::optional<ClientId> tenant;   // nullopt: a backup of everything
  std::optional<std::string> base;  // the backup that it is an increment of
  std::vector<std::string> needs;   // other backups whose blobs it names
  std::vector<TenantEntry> tenants;
  std::optional<Blob> keys;  // of a backup of everything
  std::uint64_t key_count = 0;
  std::string names = {};       // the platform's names of ids, in a backup of everything
  std::uint64_t new_bytes = 0;  // that this backup has added to the destination
};

/// Returns the entry of a tenant, or null if the backup has none.
const TenantEntry* find_entry(const Manifest& manifest, ClientId tenant);
/// Returns the entry of a tenant. Throws Error(backup_refused) if the backup has none.
const TenantEntry& entry_of(const Manifest& manifest, ClientId tenant);

std::string encode(const Manifest& manifest);
std::string encode(const TenantDetails& details);
std::string encode(const KeptFile& file);

// Each throws Error(backup_refused) for a text that it cannot read. `name` is for the message.
Manifest parse_manifest(std::string_view text, const std::string& name);
TenantDetails parse_details(std::string_view text, const std::string& name);
/// Reads a list of files: an array of what encode() has written.
std::vector<KeptFile> parse_files(std::string_view text, const std::string& name);

}  // namespace annals::backup
