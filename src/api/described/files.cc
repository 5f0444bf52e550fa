#include "api/described/files.h"

#include <utility>

#include "api/described/common.h"
#include "files/file_name.h"

namespace annals::api::described {
namespace {

using http::Answer;
using http::Operation;
using http::Parameter;
using http::Schema;
namespace schemas = http::schemas;

Parameter of_link(std::string name, std::string summary, bool is_required = true) {
  return {.name = std::move(name),
          .type = schemas::text(),
          .summary = std::move(summary),
          .required = is_required};
}

/// Returns the parameters of a link, which its URL has already.
std::vector<Parameter> link_parameters(std::vector<Parameter> more) {
  std::vector<Parameter> parameters{
      path_parameter("database", "The tenant's database.", "demo"),
      path_parameter("file_id", "The file's id.", kSomeFile),
      of_link("X-Annals-Client", "A part of the link."),
      of_link("X-Annals-Expires", "A part of the link: when it expires, in seconds since 1970."),
      of_link("X-Annals-Method", "A part of the link."),
      of_link("X-Annals-Size", "A part of the link: the only size that it takes.", false),
      of_link("X-Annals-Max-Size", "A part of the link: the greatest size that it takes.", false),
      of_link("X-Annals-Name", "A part of the link: the name for the download.", false),
      of_link("X-Annals-Type", "A part of the link: the type for the download.", false),
      of_link("X-Annals-Sha256", "A part of the link: the SHA-256 of the only file that it takes.", false),
      of_link("X-Annals-Signature", "A part of the link.")};
  std::ranges::move(more, std::back_inserter(parameters));
  return parameters;
}

constexpr std::size_t kDigestDigits = 64;

constexpr const char* kDetails =
    "The URL is one that `GET /api/files/upload-url` or `…/file` gave out, and is sent as it is, "
    "without credentials. With files in S3 such URLs are S3's own, and this route does not "
    "exist.";

std::vector<Parameter> preconditions() {
  return {header_parameter("If-Match", "The ETag that the file must have; `*`: it must exist."),
          header_parameter("If-None-Match", "An ETag that the file must not have; `*`: it must not exist."),
          header_parameter("If-Modified-Since", "The Last-Modified of an earlier answer."),
          header_parameter("If-Unmodified-Since", "The latest Last-Modified that the file may have.")};
}

Answer changed() {
  return error(412, "The file is not in the state that is asked for.", {"Precondition Failed"});
}

std::vector<Parameter> validators() {
  return {header_parameter("ETag", "The SHA-256 of the file, in quotes."),
          header_parameter("Last-Modified", "When it was uploaded."),
          header_parameter("Content-Disposition", "An attachment, under the name that its uploader gave.")};
}

/// Returns what a download and a look at a file have in common.
Operation getting(std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .details = kDetails,
          .tag = kFiles,
          .parameters = link_parameters(preconditions()),
          .answers = {{.status = 200,
                       .summary = "The file.",
                       .content_type = "*/*",
                       .schema = schemas::text(),
                       .headers = validators()},
                      {.status = 304, .summary = "The earlier answer still holds.", .content_type = {}},
                      error(404, "The file was never uploaded.", {"File not found."}),
                      changed()}};
}

}  // namespace

Operation get_upload_url() {
  const auto made = schemas::named(
      "UploadUrl", "Where a file can be uploaded.",
      schemas::object(
          {{.name = "upload_url",
            .type = schemas::url(),
            .summary = "Takes a PUT, without credentials, for a limited time."},
           {.name = "file_id", .type = schemas::uuid(), .summary = "The file's id, for an event."},
           {.name = "headers",
            .type = Schema("object").with("additionalProperties", {{"type", "string"}}),
            .summary = "The headers that the PUT must have, if the URL is bound to more than a size.",
            .optional = true}}));
  return {.name = "get_upload_url",
          .summary = "Returns a URL to which a file can be uploaded, and the file's id.",
          .details =
              "PUT the content to the URL, then send an event with the `file_id`. The URL can be bound to "
              "a name, a type, a greatest size and a SHA-256; the answer then has `headers`, which the PUT "
              "must have as they are.",
          .tag = kFiles,
          .parameters = {{.name = "size",
                          .type = Schema("integer").with("minimum", 0),
                          .summary = "The file's size in bytes; the URL takes no other.",
                          .example = "5"},
                         {.name = "filename",
                          .type = schemas::text(1, files::kMaxNameBytes, files::kNamePattern),
                          .summary = "The name for the download, of at most 255 bytes in UTF-8.",
                          .example = "offer.pdf"},
                         {.name = "content_type",
                          .type = schemas::text(1, files::kMaxTypeLength, files::kMediaTypePattern),
                          .summary = "The media type of the file.",
                          .example = "application/pdf"},
                         {.name = "max_bytes",
                          .type = Schema("integer").with("minimum", 0),
                          .summary = "The greatest size of the file in bytes.",
                          .example = "1000"},
                         {.name = "sha256",
                          .type = schemas::text(kDigestDigits, kDigestDigits, "^[0-9A-Fa-f]{64}$"),
                          .summary = "The SHA-256 of the file in hexadecimal; the URL takes no other file.",
                          .example = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}},
          .answers = {
              {.status = 200,
               .summary = "The URL and the id.",
               .schema = made,
               .examples = {R"({"upload_url":"http://127.0.0.1:8080/files/demo/)" + std::string(kSomeFile) +
                            R"(?X-Annals-Signature=…","file_id":")" + std::string(kSomeFile) +
                            R"(","headers":{}})"}},
              invalid_query("size", "value is not a valid integer", "type_error.integer"),
              error(429, "A quota of the tenant is used up.",
                    {"Quota bytes_per_day of 1000000000 is used up: 999999990 bytes came today, and 95 more "
                     "were sent."})}};
}

Operation upload_file() {
  auto parameters = link_parameters(preconditions());
  parameters.push_back(header_parameter("Content-MD5", "The MD5 of the file in Base64, which is checked."));
  parameters.push_back(header_parameter("Content-Disposition", "The name for the download, which is kept."));
  auto tag = header_parameter("ETag", "The SHA-256 of the file, in quotes.");
  return {
      .name = "upload_file",
      .summary = "Stores the file that the link is for.",
      .details = kDetails,
      .tag = kFiles,
      .parameters = std::move(parameters),
      .body = http::BodyForms{.summary = "The content, whose type is kept.",
                              .contents = {{.type = "*/*", .schema = schemas::text(), .example = "hello"}}},
      .answers = {
          {.status = 200, .summary = "The file is stored.", .content_type = {}, .headers = {std::move(tag)}},
          error(400, "The content is not what was announced.",
                {"Content-MD5 is not the MD5 of the file.", "A part of a file cannot be uploaded.",
                 "The SHA-256 of the file is not the one that the link is bound to."}),
          error(409, "An event names the file.", {"An event names this file. It cannot be replaced."}),
          changed(),
          error(429, "A quota of the tenant is used up.",
                {"Quota bytes_per_day of 1000000000 is used up: 999999990 bytes came today, and 95 more were "
                 "sent."}),
          error(507, "The file store has no room.", {"File store has no room."})}};
}

Operation download_file() {
  auto operation = getting("download_file", "Returns the file that the link is for.");
  operation.parameters.push_back(header_parameter("Range", "One range of bytes."));
  operation.parameters.push_back(header_parameter("If-Range", "The ETag or date for which the range holds."));
  operation.answers.push_back({.status = 206,
                               .summary = "A part of it.",
                               .content_type = "*/*",
                               .schema = schemas::text(),
                               .headers = {header_parameter("Content-Range", "Which part it is.")}});
  operation.answers.push_back(
      error(416, "The range is outside the file.", {"The range is outside the file."}));
  return operation;
}

Operation look_at_file() {
  return getting("look_at_file", "Returns what a download would, without the content.");
}

}  // namespace annals::api::described
