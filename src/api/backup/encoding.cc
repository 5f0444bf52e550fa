#include "api/backup/encoding.h"

#include <boost/json.hpp>

#include "text/time.h"

namespace annals::api {
namespace {

boost::json::value text_or_null(const std::optional<ClientId>& id) {
  if (!id) return nullptr;
  return boost::json::value(id->text());
}

boost::json::value text_or_null(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return boost::json::value(text::format_time(*time));
}

}  // namespace

boost::json::object job_json(const backup::Job& job) {
  const backup::Progress& progress = job.progress;
  boost::json::array remarks;
  for (const std::string& remark : progress.remarks) remarks.emplace_back(remark);
  return {{"job_id", uuid_text(job.id)},
          {"kind", name_of(job.kind)},
          {"state", name_of(job.state)},
          {"backup_id", job.backup},
          {"client_id", text_or_null(job.tenant)},
          {"restored_client_id", text_or_null(job.restored)},
          {"asked_at", text::format_time(job.asked_at)},
          {"ended_at", text_or_null(job.ended_at)},
          {"clients", progress.tenants},
          {"clients_done", progress.tenants_done},
          {"events", progress.events},
          {"files", progress.files},
          {"bytes", progress.bytes},
          {"remarks", std::move(remarks)},
          {"detail", job.detail.empty() ? boost::json::value() : boost::json::value(job.detail)}};
}

boost::json::object summary_json(const backup::Manifest& manifest) {
  std::uint64_t events = 0;
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
  for (const auto& entry : manifest.tenants) {
    events += entry.rows;
    files += entry.files;
    file_bytes += entry.file_bytes;
  }
  boost::json::array needs;
  for (const std::string& id : manifest.needs) needs.emplace_back(id);
  return {{"backup_id", manifest.id},
          {"state", "complete"},
          {"client_id", text_or_null(manifest.tenant)},
          {"base", manifest.base ? boost::json::value(*manifest.base) : boost::json::value()},
          {"needs", std::move(needs)},
          {"started_at", text::format_time(manifest.started_at)},
          {"finished_at", text::format_time(manifest.finished_at)},
          {"version", manifest.version},
          {"clients", manifest.tenants.size()},
          {"events", events},
          {"files", files},
          {"file_bytes", file_bytes},
          {"keys", manifest.key_count},
          {"new_bytes", manifest.new_bytes}};
}

boost::json::object backup_json(const backup::Manifest& manifest) {
  auto object = summary_json(manifest);
  boost::json::array tenants;
  for (const auto& entry : manifest.tenants) {
    tenants.push_back({{"client_id", entry.id.text()},
                       {"client_label", entry.label},
                       {"database_name", entry.database},
                       {"events", entry.rows},
                       {"files", entry.files},
                       {"file_bytes", entry.file_bytes}});
  }
  object["results"] = std::move(tenants);
  return object;
}

}  // namespace annals::api
