#include "files/local/links.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "files/errors.h"
#include "text/percent_encoding.h"

namespace annals::files {
namespace {

using namespace std::chrono_literals;
using Query = FileLinks::Query;

constexpr Time kNow = Time(std::chrono::seconds(1'700'000'000));

/// A link as a request has it: its path, and its parameters decoded.
struct Parts {
  std::string path;
  Query query;
};

class FileLinksTest : public testing::Test {
 protected:
  [[nodiscard]] Parts made(const UploadTerms& terms, std::string_view method = "PUT") const {
    const std::string url = links_.make(method, file_, terms, kNow);
    const std::size_t question = url.find('?');
    Parts parts{.path = url.substr(kBase.size(), question - kBase.size()), .query = {}};
    for (std::size_t at = question + 1; at < url.size();) {
      const std::size_t end = std::min(url.find('&', at), url.size());
      const std::string one = url.substr(at, end - at);
      const std::size_t equals = one.find('=');
      parts.query.emplace_back(one.substr(0, equals), text::percent_decode(one.substr(equals + 1)).value());
      at = end + 1;
    }
    return parts;
  }
  [[nodiscard]] bool valid(const Parts& parts, std::string_view method = "PUT", Time now = kNow) const {
    try {
      static_cast<void>(links_.check(method, parts.path, parts.query, now));
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_link);
      return false;
    }
  }

  static constexpr std::string_view kBase = "http://127.0.0.1:8080";
  const FileLinks links_{crypto::Secret("a key"), [] { return std::string(kBase); }};
  const TenantFile file_{
      .owner = ClientId::random(), .database = DatabaseName::parse("demo").value(), .id = FileId::random()};
  const UploadTerms all_{.expires = 60s,
                         .size = 5,
                         .max_bytes = 7,
                         .filename = "a & b=ü.txt",
                         .content_type = "text/plain",
                         .sha256 = std::string(64, 'a')};
};

TEST_F(FileLinksTest, SaysWhatItWasMadeWith) {
  const Parts parts = made(all_);
  EXPECT_EQ(parts.path, "/files/demo/" + file_.id.text());

  const auto terms = links_.check("PUT", parts.path, parts.query, kNow);

  EXPECT_EQ(terms.owner, file_.owner);
  EXPECT_EQ(terms.expires, kNow + 60s);
  EXPECT_EQ(terms.upload.size, 5U);
  EXPECT_EQ(terms.upload.max_bytes, 7U);
  EXPECT_EQ(terms.upload.filename, "a & b=ü.txt");
  EXPECT_EQ(terms.upload.content_type, "text/plain");
  EXPECT_EQ(terms.upload.sha256, std::string(64, 'a'));
}

TEST_F(FileLinksTest, HasOnlyTheTermsThatThereAre) {
  const Parts parts = made({.expires = 60s});
  EXPECT_EQ(parts.query.size(), 4U);
  const auto terms = links_.check("PUT", parts.path, parts.query, kNow);
  EXPECT_EQ(terms.upload.size, std::nullopt);
  EXPECT_EQ(terms.upload.max_bytes, std::nullopt);
  EXPECT_EQ(terms.upload.filename, "");
}

TEST_F(FileLinksTest, IsValidUntilTheSecondInWhichItExpires) {
  const Parts parts = made({.expires = 60s});
  EXPECT_TRUE(valid(parts, "PUT", kNow + 59s));
  EXPECT_FALSE(valid(parts, "PUT", kNow + 60s));
  EXPECT_FALSE(valid(parts, "PUT", kNow + 61s));
}

TEST_F(FileLinksTest, IsForItsMethodAndOfAReadingOneAlsoForHead) {
  EXPECT_FALSE(valid(made(all_, "PUT"), "GET"));
  EXPECT_FALSE(valid(made(all_, "PUT"), "HEAD"));
  EXPECT_TRUE(valid(made(all_, "GET"), "GET"));
  EXPECT_TRUE(valid(made(all_, "GET"), "HEAD"));
  EXPECT_FALSE(valid(made(all_, "GET"), "PUT"));
}

TEST_F(FileLinksTest, IsNotValidIfAnythingOfItWasAltered) {
  const Parts good = made(all_);
  ASSERT_TRUE(valid(good));
  Parts other_path = good;
  other_path.path.back() = other_path.path.back() == 'a' ? 'b' : 'a';
  EXPECT_FALSE(valid(other_path));
  for (std::size_t i = 0; i < good.query.size(); ++i) {
    const std::string& name = good.query[i].first;
    Parts altered = good;
    altered.query[i].second.back() = altered.query[i].second.back() == '1' ? '2' : '1';
    EXPECT_FALSE(valid(altered)) << name;
    Parts missing = good;
    missing.query.erase(missing.query.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(valid(missing)) << name;
    Parts twice = good;
    twice.query.push_back(good.query[i]);
    EXPECT_FALSE(valid(twice)) << name;
    Parts instead = missing;
    instead.query.emplace_back("X-Annals-Other", "1");
    EXPECT_FALSE(valid(instead)) << name;
  }
  Parts longer = good;
  longer.query.emplace_back("X-Annals-Other", "1");
  EXPECT_FALSE(valid(longer));
}

TEST_F(FileLinksTest, IsValidWhateverTheOrderOfItsParameters) {
  Parts parts = made(all_);
  std::ranges::reverse(parts.query);
  EXPECT_TRUE(valid(parts));
}

TEST_F(FileLinksTest, IsNotValidElsewhere) {
  const FileLinks elsewhere(crypto::Secret("another key"), [] { return std::string(kBase); });
  const Parts parts = made(all_);
  EXPECT_THROW(static_cast<void>(elsewhere.check("PUT", parts.path, parts.query, kNow)), Error);
}

TEST_F(FileLinksTest, LivesForASecondAtLeastAndAWeekAtMost) {
  EXPECT_THROW(static_cast<void>(made({.expires = 0s})), std::invalid_argument);
  EXPECT_TRUE(valid(made({.expires = 1s})));
  EXPECT_TRUE(valid(made({.expires = FileLinks::kMaxExpiry})));
  EXPECT_THROW(static_cast<void>(made({.expires = FileLinks::kMaxExpiry + 1s})), std::invalid_argument);
}

}  // namespace
}  // namespace annals::files
