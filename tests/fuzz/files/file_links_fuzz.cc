// Properties: a link that was made opens its file until it expires, and tells its terms; with any other path,
// method, parameter or time it is refused, and so is whatever was not made.
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <boost/url/parse.hpp>

#include "files/errors.h"
#include "files/local/links.h"
#include "fuzz/fuzzing.h"

namespace annals::files {
namespace {

using fuzzing::require;
using fuzzing::require_same;
using Query = FileLinks::Query;

constexpr std::size_t kLongest = 40;
constexpr std::array<const char*, 2> kLinked{"PUT", "GET"};
constexpr std::array<const char*, 5> kMethods{"PUT", "GET", "HEAD", "DELETE", ""};

/// A request as the server hands it on: decoded.
struct Request {
  std::string method;
  std::string path;
  Query query;
  Time now;
};

std::optional<FileLinks::Terms> checked(const FileLinks& links, const Request& request) {
  try {
    return links.check(request.method, request.path, request.query, request.now);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::invalid_link, "a link to be refused as one");
    return std::nullopt;
  }
}

Request request_of(const std::string& method, const std::string& link, Time now) {
  const auto url = boost::urls::parse_uri(link);
  require(url.has_value(), "a link to be a URL");
  Request request{.method = method, .path = url->encoded_path().decode(), .query = {}, .now = now};
  for (const auto& one : url->encoded_params()) {
    request.query.emplace_back(one.key.decode(), one.value.decode());
  }
  return request;
}

UploadTerms terms_in(FuzzedDataProvider& input) {
  UploadTerms terms{.expires = std::chrono::seconds(
                        input.ConsumeIntegralInRange<std::int64_t>(1, FileLinks::kMaxExpiry.count()))};
  if (input.ConsumeBool()) terms.size = input.ConsumeIntegral<std::uint64_t>();
  if (input.ConsumeBool()) terms.max_bytes = input.ConsumeIntegral<std::uint64_t>();
  terms.filename = input.ConsumeRandomLengthString(kLongest);
  terms.content_type = input.ConsumeRandomLengthString(kLongest);
  terms.sha256 = input.ConsumeRandomLengthString(kLongest);
  return terms;
}

/// Changes one thing of a request and returns true, unless it is then as it was.
bool change(FuzzedDataProvider& input, Request& request) {
  const Request before = request;
  constexpr int kChanges = 7;
  auto& [name, value] = request.query[input.ConsumeIntegralInRange<std::size_t>(0, request.query.size() - 1)];
  const std::string text = input.ConsumeRandomLengthString(kLongest);
  switch (input.ConsumeIntegralInRange(0, kChanges - 1)) {
    case 0:
      value = text;
      break;
    case 1:
      name = text;
      break;
    case 2:
      request.path = text;
      break;
    case 3:
      request.method = input.PickValueInArray(kMethods);
      break;
    case 4:
      request.query.emplace_back(text, input.ConsumeRandomLengthString(kLongest));
      break;
    case 5:
      request.query.emplace_back(name, value);
      break;
    default:
      request.query.erase(request.query.begin());
      break;
  }
  const bool is_head_of_get = before.method == "GET" && request.method == "HEAD";
  return !is_head_of_get &&
         (request.method != before.method || request.path != before.path || request.query != before.query);
}

void check_made(FuzzedDataProvider& input, const FileLinks& links) {
  const TenantFile file{.owner = ClientId(Uuid{input.ConsumeIntegral<std::uint8_t>()}),
                        .database = *DatabaseName::parse("shop"),
                        .id = FileId(Uuid{input.ConsumeIntegral<std::uint8_t>()})};
  const Time made{std::chrono::seconds(input.ConsumeIntegralInRange<std::int64_t>(0, 4'102'444'800))};
  const std::string method = input.PickValueInArray(kLinked);
  const UploadTerms terms = terms_in(input);
  Request request = request_of(method, links.make(method, file, terms, made), made);

  const auto found = checked(links, request);
  require(found.has_value(), "a link that was made to be valid");
  require(found->owner == file.owner && found->expires == made + terms.expires, "its tenant and its end");
  require(found->upload.size == terms.size && found->upload.max_bytes == terms.max_bytes, "its sizes");
  require_same(found->upload.filename, terms.filename, "its name");
  require_same(found->upload.content_type, terms.content_type, "its type");
  require_same(found->upload.sha256, terms.sha256, "its hash");

  request.now = made + terms.expires - std::chrono::seconds(1);
  require(checked(links, request).has_value(), "a link to be valid until it expires");
  request.now = made + terms.expires;
  require(!checked(links, request).has_value(), "a link that has expired to be refused");
  request.now = made;
  if (change(input, request)) require(!checked(links, request).has_value(), "a changed link to be refused");
}

void check_foreign(FuzzedDataProvider& input, const FileLinks& links) {
  constexpr std::size_t kMost = 12;
  constexpr std::array<const char*, 10> kNames{
      "X-Annals-Client", "X-Annals-Expires", "X-Annals-Method", "X-Annals-Size",      "X-Annals-Max-Size",
      "X-Annals-Name",   "X-Annals-Type",    "X-Annals-Sha256", "X-Annals-Signature", ""};
  Request request{.method = input.PickValueInArray(kMethods), .path = {}, .query = {}, .now = Time()};
  request.path = input.ConsumeRandomLengthString(kLongest);
  while (input.remaining_bytes() > 0 && request.query.size() < kMost) {
    const std::string name = input.PickValueInArray(kNames);
    request.query.emplace_back(name, input.ConsumeRandomLengthString(kLongest));
  }
  require(!checked(links, request).has_value(), "a link that nobody made to be refused");
}

}  // namespace
}  // namespace annals::files

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace annals;
  static const files::FileLinks links(crypto::Secret("the key of the links"),
                                      [] { return "http://127.0.0.1:8080"; });
  FuzzedDataProvider input(data, size);
  if (input.ConsumeBool()) {
    files::check_made(input, links);
  } else {
    files::check_foreign(input, links);
  }
  return 0;
}
