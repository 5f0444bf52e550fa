#include "http/server/tls/contexts.h"

#include <sys/stat.h>

#include <stdexcept>
#include <utility>

#include "crypto/server_certificate.h"
#include "io/durable_file.h"
#include "ops/log.h"
#include "text/time.h"

namespace annals::http {
namespace {

// A failure may come from files of which only one has been replaced so far.
constexpr int kTries = 2;

std::int64_t nanoseconds(const timespec& time) {
  return (std::int64_t{time.tv_sec} * 1'000'000'000) + time.tv_nsec;
}

std::string read(const char* key, const std::filesystem::path& path) {
  auto content = io::read_if_there(path);
  if (!content) throw std::runtime_error(std::string(key) + ": " + path.string() + " does not exist");
  return *std::move(content);
}

void refuse(const char* key, const std::filesystem::path& path, const std::string& problem) {
  if (!problem.empty()) throw std::runtime_error(std::string(key) + ": " + path.string() + " " + problem);
}

}  // namespace

TlsContexts::TlsContexts(TlsFiles files) : files_(std::move(files)), seen_(versions()) {
  auto loaded = load();
  ends_ = loaded.ends;
  current_ = std::move(loaded.context);
}

std::shared_ptr<const TlsContext> TlsContexts::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

TlsContexts::Version TlsContexts::version_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return std::tuple(status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
                    nanoseconds(status.st_ctim));
}

TlsContexts::Versions TlsContexts::versions() const {
  return {version_of(files_.certificate), version_of(files_.key),
          files_.client_ca.empty() ? Version() : version_of(files_.client_ca)};
}

TlsContexts::Loaded TlsContexts::load() const {
  const TlsTexts texts{
      .certificate = read("server.tls.certificate", files_.certificate),
      .key = read("server.tls.key", files_.key),
      .client_ca = files_.client_ca.empty() ? std::string() : read("server.tls.client_ca", files_.client_ca)};
  const auto checked = crypto::check_server_certificate(texts.certificate, texts.key);
  refuse("server.tls.certificate", files_.certificate, checked.certificate_problem);
  refuse("server.tls.key", files_.key, checked.key_problem);
  return {.context = std::make_shared<TlsContext>(texts), .ends = checked.ends};
}

// The versions are taken before the files are read: a file that changes in between is loaded again.
void TlsContexts::reload_if_changed() {
  const std::scoped_lock lock(reloading_);
  auto now = versions();
  if (now != seen_) {
    seen_ = std::move(now);
    failures_ = 0;
    reload();
  } else if (failures_ > 0 && failures_ < kTries) {
    reload();
  }
  warn_if_expired();
}

void TlsContexts::reload() {
  try {
    auto loaded = load();
    ends_ = loaded.ends;
    said_expired_ = false;
    failures_ = 0;
    has_failed_ = false;
    {
      const std::scoped_lock lock(mutex_);
      current_ = std::move(loaded.context);
    }
    ops::log(ops::Level::info, "the certificate was reloaded",
             {{"file", files_.certificate.string()}, {"valid_until", text::format_time(ends_.load())}});
  } catch (const std::exception& error) {
    ++failures_;
    if (failures_ < kTries) return;
    has_failed_ = true;
    ops::log_damped(ops::Level::warning, "the changed certificate cannot be used; the previous one stays",
                    {{"error", error.what()}});
  }
}

void TlsContexts::warn_if_expired() {
  if (said_expired_ || std::chrono::system_clock::now() < ends_.load()) return;
  said_expired_ = true;
  ops::log(ops::Level::warning, "the certificate has expired; replace the files of server.tls",
           {{"file", files_.certificate.string()}, {"valid_until", text::format_time(ends_.load())}});
}

}  // namespace annals::http
