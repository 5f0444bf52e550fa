#include "cli/tenant/new_secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "cli/command/mistake.h"
#include "io/descriptor.h"
#include "io/durable_file.h"

namespace annals::cli {
namespace {

constexpr int kOwnerOnly = S_IRUSR | S_IWUSR;

}  // namespace

NewSecretFile::NewSecretFile(std::filesystem::path path) : path_(std::move(path)) {
  const io::Descriptor made(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (!made.open()) {
    throw Mistake(fmt::format("--secret-to: cannot make {}: {}", path_.string(),
                              std::generic_category().message(errno)));
  }
}

NewSecretFile::~NewSecretFile() {
  std::error_code ignored;  // an empty file that stays does no harm
  if (!is_written_) std::filesystem::remove(path_, ignored);
}

void NewSecretFile::write(std::string_view secret) {
  io::GrowingFile file(path_, 0);
  is_written_ = true;  // a part of a secret that is shown once is worth more than none
  file.append(std::string(secret) + "\n");
  io::sync_directory(path_.has_parent_path() ? path_.parent_path() : ".");
}

}  // namespace annals::cli
