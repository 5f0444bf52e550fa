#include "http/pages/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "http/coding/compressor.h"
#include "http/entity_tags.h"

namespace annals::http {
namespace {

constexpr std::size_t kDigestLength = 32;  // hexadecimal digits

}  // namespace

Page::Page(std::string content, std::string content_type, Headers headers, std::string caching)
    : content_type_(std::move(content_type)),
      headers_(std::move(headers)),
      caching_(std::move(caching)),
      digest_(crypto::sha256_hex(content).substr(0, kDigestLength)),
      forms_(std::make_unique<std::array<Form, 3>>()) {
  auto& [plain, gzipped, zstandard] = *forms_;
  gzipped.coding = ContentCoding::gzip;
  zstandard.coding = ContentCoding::zstd;
  plain.tag = fmt::format("\"{}\"", digest_);
  for (Form* form : {&gzipped, &zstandard})
    form->tag = fmt::format("\"{}-{}\"", digest_, name_of(form->coding));
  plain.body = std::move(content);
}

Page::Form& Page::form_for(const Request& request) const {
  const auto coding = preferred_coding(request);
  return *std::ranges::find(*forms_, coding, &Form::coding);
}

const std::string& Page::body_of(Form& form) const {
  if (form.coding == ContentCoding::identity) return form.body;
  std::call_once(form.is_made, [&] {
    const std::string& content = forms_->front().body;
    form.body = make_compressor(form.coding, Effort::much)->put(content, Compressor::Then::end);
  });
  return form.body;
}

Response Page::answer(const Request& request) const {
  Form& form = form_for(request);
  const auto known = request.list_header("if-none-match");
  Response response{.headers = headers_};
  response.headers.emplace_back("ETag", form.tag);
  response.headers.emplace_back("Cache-Control", caching_);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (known && names_entity_tag(*known, form.tag)) {
    response.status = kNotModified;
    return response;
  }
  response.content_type = content_type_;
  if (form.coding != ContentCoding::identity) {
    response.headers.emplace_back("Content-Encoding", name_of(form.coding));
  }
  response.body = body_of(form);
  return response;
}

}  // namespace annals::http
