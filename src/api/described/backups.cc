#include "api/described/backups.h"

#include "api/described/common.h"
#include "api/described/limits.h"
#include "ids/database_name.h"

namespace annals::api::described {
namespace {

using http::Answer;
using http::Operation;
using http::Schema;
using http::schemas::Member;
using http::schemas::Others;
namespace schemas = http::schemas;

constexpr std::string_view kSomeBackup = "20261127T093500Z-5f1d0c3a";
constexpr std::string_view kSomeJob = "b1946ac9-2495-4d6c-9b0e-0d6a4f6c7b11";

Schema client_or_null() {
  return schemas::nullable(schemas::uuid());
}

Member count_of(std::string name, std::string summary) {
  return {.name = std::move(name), .type = schemas::count(), .summary = std::move(summary)};
}

Schema job() {
  return schemas::named(
      "BackupJob", "A backup, a verification or a restoration.",
      schemas::object(
          {{.name = "job_id", .type = schemas::uuid(), .summary = "The job's id."},
           {.name = "kind",
            .type = schemas::words({"backup", "verify", "restore", "delete"}),
            .summary = "What it does."},
           {.name = "state",
            .type = schemas::words({"waiting", "running", "done", "failed"}),
            .summary = "How far it is."},
           {.name = "backup_id", .type = schemas::text(), .summary = "The backup that it makes or reads."},
           {.name = "client_id", .type = client_or_null(), .summary = "The one client; null: everything."},
           {.name = "restored_client_id",
            .type = client_or_null(),
            .summary = "The client that was restored."},
           {.name = "asked_at", .type = schemas::time(), .summary = "When it was asked for."},
           {.name = "ended_at",
            .type = schemas::nullable(schemas::time()),
            .summary = "When it ended; null: it has not."},
           count_of("clients", "How many clients it is about."),
           count_of("clients_done", "How many of them are done."),
           count_of("events", "How many events were copied."),
           count_of("files", "How many files were copied."),
           count_of("bytes", "How many bytes were copied."),
           {.name = "remarks",
            .type = schemas::list(schemas::text()),
            .summary = "What the operator should know."},
           {.name = "detail",
            .type = schemas::nullable(schemas::text()),
            .summary = "Why it failed; null: it did not."}}));
}

std::vector<Member> members_of_backup(const Schema& clients, bool in_full) {
  const auto text = schemas::nullable(schemas::text());
  const auto member = [](std::string name, const Schema& type, std::string summary) {
    return Member{.name = std::move(name), .type = type, .summary = std::move(summary)};
  };
  std::vector<Member> members{
      member("backup_id", schemas::text(), "The backup's id."),
      member("state", schemas::constant("complete"), "It can be restored."),
      member("client_id", client_or_null(), "The one client that it has; null: everything."),
      member("base", text, "The backup that it builds on; null: none."),
      member("needs", schemas::list(schemas::text()), "The backups without which it cannot be restored."),
      member("started_at", schemas::time(), "When it began."),
      member("finished_at", schemas::time(), "When it was complete."),
      member("version", schemas::text(), "The version of Annals that made it."),
      count_of("clients", "How many clients it has."),
      count_of("events", "How many events it has."),
      count_of("files", "How many files it has."),
      count_of("file_bytes", "How many bytes these have."),
      count_of("keys", "How many keys it has."),
      count_of("new_bytes", "How many bytes it added to the destination.")};
  if (in_full) members.push_back(member("results", schemas::list(clients), "The clients that it has."));
  return members;
}

Schema backup_in_full() {
  const auto client = schemas::named(
      "BackedUpClient", "A client in a backup.",
      schemas::object({{.name = "client_id", .type = schemas::uuid(), .summary = "Its id."},
                       {.name = "client_label", .type = schemas::text(), .summary = "What people call it."},
                       {.name = "database_name", .type = schemas::text(), .summary = "Its database."},
                       count_of("events", "How many events it has."),
                       count_of("files", "How many files it has."),
                       count_of("file_bytes", "How many bytes these have.")}));
  return schemas::named("BackupInFull", "A backup that can be restored, with its clients.",
                        schemas::object(members_of_backup(client, true)));
}

Schema listed_backup() {
  const auto whole = schemas::named("Backup", "A backup that can be restored.",
                                    schemas::object(members_of_backup({}, false)));
  const auto other = schemas::named(
      "UnusableBackup", "A backup that cannot be restored.",
      schemas::object(
          {{.name = "backup_id", .type = schemas::text(), .summary = "The backup's id."},
           {.name = "state",
            .type = schemas::words({"unfinished", "damaged", "deleting"}),
            .summary = "Whether it is not complete, its manifest cannot be read, or it is being deleted."}}));
  return schemas::any_of({whole, other});
}

Schema list_of(std::string_view name, std::string_view summary, const Schema& item) {
  return schemas::named(
      name, summary,
      schemas::object({count_of("total_count", "How many there are."),
                       {.name = "results", .type = schemas::list(item), .summary = "The newest first."}}));
}

Schema new_backup() {
  return schemas::named("NewBackup", "A backup that is to be made.",
                        schemas::object({{.name = "client_id",
                                          .type = schemas::uuid(),
                                          .summary = "The one client; left out: everything.",
                                          .optional = true},
                                         {.name = "base",
                                          .type = schemas::text(),
                                          .summary = "The backup that it is to build on.",
                                          .optional = true}},
                                        Others::refused));
}

Schema new_restoration() {
  return schemas::named(
      "NewRestoration", "What is to be restored.",
      schemas::object(
          {{.name = "backup_id", .type = schemas::text(), .summary = "The backup."},
           {.name = "client_id",
            .type = schemas::uuid(),
            .summary = "The one client; left out: every client that is not there. What follows needs it.",
            .optional = true},
           {.name = "database_name",
            .type = schemas::text(1, DatabaseName::kMaxLength, DatabaseName::kPattern),
            .summary = "Another database than that of before.",
            .optional = true},
           {.name = "client_label",
            .type = schemas::text(1, kMaxLabel),
            .summary = "Another label than that of before.",
            .optional = true},
           {.name = "as_new",
            .type = Schema("boolean").with("default", false),
            .summary = "Whether it gets a new id.",
            .optional = true}},
          Others::refused));
}

http::Parameter backup_id() {
  return path_parameter("backup_id", "The backup's id.", kSomeBackup);
}

Answer not_configured() {
  return error(409, "No destination is configured, or the backup is damaged.",
               {"Backups are not configured: set backup.directory or backup.s3_bucket."});
}

Answer no_backup() {
  return error(404, "There is no complete backup of that id.", {"Backup not found."});
}

std::string job_example(std::string_view kind) {
  return R"({"job_id":"b1946ac9-2495-4d6c-9b0e-0d6a4f6c7b11","kind":")" + std::string(kind) +
         R"(","state":"waiting","backup_id":"20261127T093500Z-5f1d0c3a","client_id":null,)"
         R"("restored_client_id":null,"asked_at":"2026-11-27T09:35:00.000Z","ended_at":null,"clients":0,)"
         R"("clients_done":0,"events":0,"files":0,"bytes":0,"remarks":[],"detail":null})";
}

Answer accepted(std::string_view kind) {
  return {.status = 202,
          .summary = "The job, which waits or runs.",
          .schema = job(),
          .examples = {job_example(kind)},
          .headers = {header_parameter("Location", "The path of the job.")}};
}

constexpr const char* kBackupExample =
    R"({"backup_id":"20261127T093500Z-5f1d0c3a","state":"complete","client_id":null,"base":null,"needs":[],)"
    R"("started_at":"2026-11-27T09:35:00.000Z","finished_at":"2026-11-27T09:35:01.000Z","version":"0.1.0",)"
    R"("clients":1,"events":5,"files":0,"file_bytes":0,"keys":1,"new_bytes":2210)";

}  // namespace

Operation create_backup() {
  return {.name = "create_backup",
          .summary = "Begins a backup of one client or of everything.",
          .tag = kBackups,
          .body = json_body("The backup.", new_backup(), "{}"),
          .answers = {accepted("backup"), no_backup(), not_configured(),
                      invalid_body("client_id", "value is not a valid uuid", "type_error.uuid")}};
}

Operation list_backups() {
  return {.name = "list_backups",
          .summary = "Lists the backups in the destination, the newest first.",
          .tag = kBackups,
          .answers = {{.status = 200,
                       .summary = "The backups.",
                       .schema = list_of("BackupList", "The backups.", listed_backup()),
                       .examples = {R"({"total_count":1,"results":[)" + std::string(kBackupExample) + "}]}"}},
                      not_configured(),
                      invalid_query("limit", "extra fields not permitted", "value_error.extra")}};
}

Operation get_backup() {
  return {
      .name = "get_backup",
      .summary = "Returns the manifest of one backup.",
      .tag = kBackups,
      .parameters = {backup_id()},
      .answers = {{.status = 200,
                   .summary = "The backup.",
                   .schema = backup_in_full(),
                   .examples = {std::string(kBackupExample) +
                                R"(,"results":[{"client_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7",)"
                                R"("client_label":"Demo plc","database_name":"demo","events":5,"files":0,)"
                                R"("file_bytes":0}]})"}},
                  no_backup(),
                  not_configured()}};
}

Operation verify_backup() {
  return {.name = "verify_backup",
          .summary = "Begins to read a whole backup and to compare it with its manifest.",
          .tag = kBackups,
          .parameters = {backup_id()},
          .answers = {accepted("verify"), no_backup(), not_configured()}};
}

Operation delete_backup() {
  return {.name = "delete_backup",
          .summary = "Begins to delete a backup that no increment needs.",
          .tag = kBackups,
          .parameters = {backup_id()},
          .answers = {accepted("delete"), no_backup(), not_configured()}};
}

Operation restore_backup() {
  return {.name = "restore_backup",
          .summary = "Begins to restore one client or everything that is missing.",
          .tag = kBackups,
          .body = json_body("What is to be restored.", new_restoration(),
                            R"({"backup_id":"20261127T093500Z-5f1d0c3a"})"),
          .answers = {accepted("restore"), no_backup(), not_configured(),
                      invalid_body("backup_id", "field required", "value_error.missing")}};
}

Operation list_backup_jobs() {
  return {.name = "list_backup_jobs",
          .summary = "Lists the jobs that this instance remembers, the newest first.",
          .tag = kBackups,
          .answers = {{.status = 200,
                       .summary = "The jobs.",
                       .schema = list_of("BackupJobList", "The jobs.", job()),
                       .examples = {R"({"total_count":1,"results":[)" + job_example("backup") + "]}"}},
                      not_configured()}};
}

Operation get_backup_job() {
  return {.name = "get_backup_job",
          .summary = "Returns one job and how far it is.",
          .tag = kBackups,
          .parameters = {path_parameter("job_id", "The job's id.", kSomeJob)},
          .answers = {
              {.status = 200, .summary = "The job.", .schema = job(), .examples = {job_example("backup")}},
              error(404, "This instance remembers no such job.", {"Backup job not found."}),
              not_configured()}};
}

}  // namespace annals::api::described
