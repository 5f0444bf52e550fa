#include "http/media_type.h"

#include <gtest/gtest.h>

namespace annals::http {
namespace {

bool asks_for_json(std::vector<std::string> accept) {
  Request request;
  for (std::string& value : accept) request.headers.emplace_back("accept", std::move(value));
  return asks_for(request, "application/json");
}

TEST(MediaType, AsksForWhatAcceptNamesWhateverItsCase) {
  EXPECT_TRUE(asks_for_json({"application/json"}));
  EXPECT_TRUE(asks_for_json({"Application/JSON"}));
  EXPECT_TRUE(asks_for_json({"text/html, application/json;q=0.1"}));
  EXPECT_TRUE(asks_for_json({"text/html", "application/json ; charset=utf-8 ; Q=0.001"}));
}

TEST(MediaType, DoesNotAskForWhatIsNotNamedOrHasNoWeight) {
  EXPECT_FALSE(asks_for_json({}));
  EXPECT_FALSE(asks_for_json({"*/*"}));
  EXPECT_FALSE(asks_for_json({"application/json-seq"}));
  EXPECT_FALSE(asks_for_json({"text/application/json"}));
  EXPECT_FALSE(asks_for_json({"application/json;q=0"}));
  EXPECT_FALSE(asks_for_json({"application/json; Q=0.000, text/html"}));
}

}  // namespace
}  // namespace annals::http
