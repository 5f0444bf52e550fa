#include "api/backup/backups.h"

#include <functional>
#include <utility>

#include <boost/json.hpp>

#include "api/backup/encoding.h"
#include "api/described/backups.h"
#include "backup/errors.h"
#include "http/body_fields.h"
#include "http/query_fields.h"
#include "io/settled.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;

// A misspelt field must not restore everything, or back it up.

struct WantedBackup {
  std::optional<ClientId> tenant;
  std::optional<std::string> base;
};

std::optional<ClientId> optional_client(http::BodyFields& fields) {
  const auto text = fields.optional_text("client_id", {});
  if (!text) return std::nullopt;
  const auto id = parse_any_uuid(*text);
  if (!id) fields.add_problem("client_id", input::not_a_uuid());
  return id ? std::optional(ClientId(*id)) : std::nullopt;
}

WantedBackup decode_backup(const Request& request) {
  http::BodyFields fields(request);
  WantedBackup wanted{.tenant = optional_client(fields), .base = fields.optional_text("base", {})};
  fields.forbid_others();
  fields.check();
  return wanted;
}

bool is_database_name(std::string_view text) {
  return DatabaseName::parse(text).has_value();
}

backup::Restoration::Request decode_restoration(const Request& request) {
  constexpr std::size_t kMaxLabel = 255;
  http::BodyFields fields(request);
  backup::Restoration::Request wanted{.backup = fields.text("backup_id", {})};
  wanted.tenant = optional_client(fields);
  const auto database = fields.optional_text("database_name", {.min_length = 1,
                                                               .max_length = DatabaseName::kMaxLength,
                                                               .pattern = DatabaseName::kPattern,
                                                               .matches = is_database_name});
  wanted.label = fields.optional_text("client_label", http::name_rule(kMaxLabel));
  wanted.as_new = fields.optional_flag("as_new").value_or(false);
  const bool changes_one = fields.has("database_name") || wanted.label || wanted.as_new;
  if (changes_one && !fields.has("client_id")) fields.add_problem("client_id", input::missing());
  fields.forbid_others();
  fields.check();
  if (database) wanted.database = DatabaseName::parse(*database);
  return wanted;
}

Response respond(int status, const boost::json::object& body) {
  return {.status = status, .body = boost::json::serialize(body)};
}

/// Returns whether a manifest cannot be read, as opposed to a destination that cannot be reached.
bool is_damaged(const io::Settled<backup::Manifest>& manifest) {
  if (manifest) return false;
  try {
    std::rethrow_exception(manifest.error());
  } catch (const Error& error) {
    return error.code() == ErrorCode::backup_refused || error.code() == ErrorCode::backup_not_found;
  } catch (...) {
    return false;
  }
}

constexpr int kOk = 200;
constexpr int kAccepted = 202;

Response accepted(const backup::Job& job) {
  auto response = respond(kAccepted, job_json(job));
  response.headers.emplace_back("Location", "/api/backup-jobs/" + uuid_text(job.id));
  return response;
}

void check_nothing(const Request& /*request*/) {}

}  // namespace

void Backups::add_to(http::Router& router, const Admission& admission) {
  const auto admit = [&admission, this](awaitable<Response> (Backups::*handler)(Request),
                                        std::function<void(const Request&)> check = check_nothing) {
    return admission.with(
        Permission::manage_backups,
        [this, handler](const Caller& /*caller*/, Request request) {
          return (this->*handler)(std::move(request));
        },
        [check = std::move(check)](const Caller& /*caller*/, const Request& request) { check(request); });
  };
  router.add({.method = "POST",
              .path = "/api/backups",
              .operation = described::create_backup(),
              .admit = admit(&Backups::create, decode_backup)});
  router.add({.method = "GET",
              .path = "/api/backups",
              .operation = described::list_backups(),
              .admit = admit(&Backups::list)});
  router.add({.method = "GET",
              .path = "/api/backups/{backup_id}",
              .operation = described::get_backup(),
              .admit = admit(&Backups::show)});
  router.add({.method = "POST",
              .path = "/api/backups/{backup_id}/verify",
              .operation = described::verify_backup(),
              .admit = admit(&Backups::verify)});
  router.add({.method = "DELETE",
              .path = "/api/backups/{backup_id}",
              .operation = described::delete_backup(),
              .admit = admit(&Backups::remove)});
  router.add({.method = "POST",
              .path = "/api/restores",
              .operation = described::restore_backup(),
              .admit = admit(&Backups::restore, decode_restoration)});
  router.add({.method = "GET",
              .path = "/api/backup-jobs",
              .operation = described::list_backup_jobs(),
              .admit = admit(&Backups::list_jobs)});
  router.add({.method = "GET",
              .path = "/api/backup-jobs/{job_id}",
              .operation = described::get_backup_job(),
              .admit = admit(&Backups::show_job)});
}

backup::Jobs& Backups::jobs() const {
  if (jobs_ == nullptr) throw backup::no_backups();
  return *jobs_;
}

awaitable<Response> Backups::create(Request request) {
  auto wanted = decode_backup(request);
  const auto job = co_await jobs().back_up(wanted.tenant, std::move(wanted.base));
  co_return accepted(job);
}

awaitable<Response> Backups::list(Request request) {
  http::QueryFields fields(request);
  fields.forbid_others();
  fields.check();
  const auto found = co_await jobs().catalogue().list();
  boost::json::array results;
  for (auto one = found.rbegin(); one != found.rend(); ++one) {
    if (one->state != backup::BackupState::complete) {
      const bool is_unfinished = one->state == backup::BackupState::unfinished;
      results.push_back({{"backup_id", one->id}, {"state", is_unfinished ? "unfinished" : "deleting"}});
      continue;
    }
    // One that is damaged does not hide the others.
    auto manifest = co_await io::settled(jobs().catalogue().read(one->id));
    if (is_damaged(manifest)) {
      results.push_back({{"backup_id", one->id}, {"state", "damaged"}});
    } else {
      results.emplace_back(summary_json(io::result_of(std::move(manifest))));
    }
  }
  co_return respond(kOk, {{"total_count", results.size()}, {"results", std::move(results)}});
}

awaitable<Response> Backups::show(Request request) {
  const auto manifest = co_await jobs().catalogue().find(request.path_parameters.at("backup_id"));
  co_return respond(kOk, backup_json(manifest));
}

awaitable<Response> Backups::verify(Request request) {
  const auto job = co_await jobs().verify(request.path_parameters.at("backup_id"));
  co_return accepted(job);
}

awaitable<Response> Backups::remove(Request request) {
  const auto job = co_await jobs().remove(request.path_parameters.at("backup_id"));
  co_return accepted(job);
}

awaitable<Response> Backups::restore(Request request) {
  auto wanted = decode_restoration(request);
  const auto job = co_await jobs().restore(std::move(wanted));
  co_return accepted(job);
}

awaitable<Response> Backups::list_jobs(Request /*request*/) {
  boost::json::array results;
  for (const auto& job : jobs().list()) results.emplace_back(job_json(job));
  co_return respond(kOk, {{"total_count", results.size()}, {"results", std::move(results)}});
}

awaitable<Response> Backups::show_job(Request request) {
  const auto id = parse_uuid(request.path_parameters.at("job_id"));
  const auto job = id ? jobs().find(*id) : std::nullopt;
  if (!job) throw backup::job_not_found();
  co_return respond(kOk, job_json(*job));
}

}  // namespace annals::api
