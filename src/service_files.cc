#include "events/file_facts.h"
#include "service.h"

namespace annals {
namespace {

// NOLINTNEXTLINE(*-reference-coroutine-parameters): the service outlives its calls
boost::asio::awaitable<std::vector<std::string>> seal(files::AttachedFiles& files, ClientId owner,
                                                      DatabaseName database, std::vector<FileId> ids) {
  auto digests = co_await files.seal(owner, std::move(database), std::move(ids));
  std::vector<std::string> facts;
  facts.reserve(digests.size());
  for (auto& digest : digests) {
    const bool is_known = digest.has_value();
    facts.push_back(is_known
                        ? events::stored_form({.size = digest->size, .sha256 = std::move(digest->sha256)})
                        : std::string());
  }
  co_return facts;
}

}  // namespace

/// Returns what events learn of the files that they name.
lanes::FindFiles Service::file_finding() {
  return [this](ClientId owner, DatabaseName database, std::vector<FileId> ids) {
    return seal(attached_files_, owner, std::move(database), std::move(ids));
  };
}

}  // namespace annals
