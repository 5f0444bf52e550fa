#include "http/server/request_id.h"

#include <algorithm>

#include "ids/uuid.h"

namespace annals::http {
namespace {

constexpr std::size_t kMaxSize = 128;
constexpr std::string_view kPermitted = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace

std::string random_request_id() {
  return uuid_text(random_uuid());
}

std::string request_id_of(const Request& request) {
  const std::string* sent = request.header("x-request-id");
  const bool sane = sent != nullptr && !sent->empty() && sent->size() <= kMaxSize &&
                    std::ranges::all_of(*sent, [](char c) { return kPermitted.contains(c); });
  return sane ? *sent : random_request_id();
}

}  // namespace annals::http
