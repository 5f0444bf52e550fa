#include "api/file_links.h"

#include <utility>

#include "files/errors.h"

namespace annals::api {

LinkedFile linked_file(const files::FileLinks& links, const http::Request& request, files::Time now) {
  auto terms = links.check(request.method, request.path, request.query, now);
  auto database = DatabaseName::parse(request.path_parameters.at("database"));
  const auto file = FileId::parse(request.path_parameters.at("file_id"));
  if (!database || !file) throw files::invalid_link();  // no link of ours has such a path
  return {.file = {.owner = terms.owner, .database = *std::move(database), .id = *file}, .terms = terms};
}

}  // namespace annals::api
