// Checks that no handler reads what its route does not declare.

#include <gtest/gtest.h>

#include <stdexcept>

#include "http/body_fields.h"
#include "http/operation.h"
#include "http/query_fields.h"

namespace annals::http {
namespace {

Operation operation() {
  const auto filter = schemas::named("Filter", "A filter.",
                                     schemas::object({{.name = "q", .type = "string", .summary = ""}}));
  return {
      .name = "list_things",
      .summary = "Lists things.",
      .parameters = {{.name = "limit", .type = "integer", .summary = "Things per page."},
                     {.place = Parameter::Place::header, .name = "token", .type = "string", .summary = ""}},
      .body = BodyForms{
          .summary = "What to list.",
          .contents = {{.type = "application/json",
                        .schema = schemas::object(
                            {{.name = "filter", .type = filter, .summary = "", .optional = true}})}}}};
}

Request request_to(const Operation& declared) {
  Request request;
  request.body = R"({"filter":{"q":"x"}})";
  request.declared = &declared;
  return request;
}

TEST(DeclaredFields, AParameterOfTheQueryIsReadIfItIsDeclaredThere) {
  const Operation declared = operation();
  const Request request = request_to(declared);
  QueryFields fields(request);
  EXPECT_NO_THROW(fields.integer("limit", {.min = 1}));
  EXPECT_THROW(fields.text("cursor"), std::logic_error);
  EXPECT_THROW(fields.texts("token"), std::logic_error);
}

TEST(DeclaredFields, AFieldOfTheBodyIsReadWhereItIsDeclared) {
  const Operation declared = operation();
  const Request request = request_to(declared);
  BodyFields fields(request);
  EXPECT_THROW(fields.optional_text("q", {}), std::logic_error);
  std::string text;
  fields.object("filter", [&](BodyFields& inside) {
    text = inside.text("q", {});
    EXPECT_THROW(inside.optional_text("filter", {}), std::logic_error);
  });
  EXPECT_EQ(text, "x");
}

}  // namespace
}  // namespace annals::http
