#include "http/pages/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "http/entity_tags.h"
#include "http/media_type.h"
#include "http/pages/compression.h"

namespace annals::http {
namespace {

constexpr std::size_t kTagLength = 32;  // of a digest's hexadecimal digits

}  // namespace

Page::Page(std::string content, std::string content_type, Headers headers)
    : content_type_(std::move(content_type)), headers_(std::move(headers)) {
  const std::string digest = crypto::sha256_hex(content).substr(0, kTagLength);
  const auto add = [&](std::string coding, std::string body) {
    std::string tag = fmt::format("\"{}{}{}\"", digest, coding.empty() ? "" : "-", coding);
    forms_.push_back({.coding = std::move(coding), .body = std::move(body), .tag = std::move(tag)});
  };
  add("zstd", zstd(content));
  add("gzip", gzip(content));
  add("", std::move(content));
}

const Page::Form& Page::form_for(const Request& request) const {
  const auto found = std::ranges::find_if(
      forms_, [&](const Form& form) { return form.coding.empty() || accepts_coding(request, form.coding); });
  return *found;  // the last one has no coding
}

Response Page::answer(const Request& request) const {
  const Form& form = form_for(request);
  const auto known = request.list_header("if-none-match");
  Response response{.headers = headers_};
  response.headers.emplace_back("ETag", form.tag);
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (known && names_entity_tag(*known, form.tag)) {
    response.status = kNotModified;
    return response;
  }
  response.content_type = content_type_;
  if (!form.coding.empty()) response.headers.emplace_back("Content-Encoding", form.coding);
  response.body = form.body;
  return response;
}

}  // namespace annals::http
