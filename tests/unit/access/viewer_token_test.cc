#include "access/viewer_token.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "support/coroutines/run.h"
#include "text/base64.h"

namespace annals::access {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::string bytes_of(const std::string& token) {
  return text::base64url_decode(token.substr(ViewerTokens::kPrefix.size())).value_or("");
}

std::string token_of(std::string_view bytes) {
  return std::string(ViewerTokens::kPrefix) + text::base64url_encode(bytes);
}

/// Tokens of one tenant, which two configured keys may sign.
class ViewerTokenTest : public testing::Test {
 protected:
  static tenants::Tenant tenant_with(std::string_view secret, ClientId id = ClientId::random()) {
    const crypto::SecretHash hash(secret);
    return {.id = id,
            .label = "a tenant",
            .database = DatabaseName::parse("demo").value(),
            .state = tenants::TenantState::active,
            .secret_hash = hash,
            .original_secret_hash = hash,
            .created_at = {}};
  }

  ViewerGrant grant() const {
    return {.client_id = tenant_.id,
            .issued_at = now_,
            .expires_at = now_ + hours(1),
            .permissions = {Permission::read_history}};
  }

  std::string make(const ViewerGrant& grant, std::string_view signer = "") const {
    return tokens_.make(grant, tenant_, signer).reveal();
  }

  bool opens(const std::string& token) const { return tokens_.open(token, tenant_, now_).has_value(); }

  const Timestamp now_ = text::parse_time("2026-11-26T20:00:00.123Z").value();
  tenants::Tenant tenant_ = tenant_with("secret");
  PlatformKeys keys_{{crypto::Secret("the-first-platform-key"), crypto::Secret("the-second-platform-key")}};
  ViewerTokens tokens_{keys_};
};

TEST_F(ViewerTokenTest, GivesBackWhatItWasMadeOf) {
  const events::Filter filter{.record_ids = {0, 7, std::numeric_limits<std::uint64_t>::max()},
                              .event_type_ids = {1},
                              .source_type_ids = {2, 3},
                              .source_ids = {4},
                              .event_ids = {EventId::random(), EventId::random()},
                              .from = text::kEarliestTime,
                              .to = text::kLatestTime,
                              .terms = {"naïve", "x"}};
  ViewerGrant given = grant();
  given.key_id = KeyId::random();
  given.permissions = {Permission::read_history, Permission::read_files};
  given.visible = std::make_shared<const events::Filter>(filter);

  const std::string token = make(given);
  EXPECT_EQ(ViewerTokens::client_in(token), tenant_.id);
  const auto opened = tokens_.open(token, tenant_, now_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->client_id, tenant_.id);
  EXPECT_EQ(opened->key_id, given.key_id);
  EXPECT_EQ(opened->issued_at, given.issued_at);
  EXPECT_EQ(opened->expires_at, given.expires_at);
  EXPECT_EQ(opened->permissions, given.permissions);
  ASSERT_TRUE(opened->visible);
  EXPECT_EQ(*opened->visible, filter);
  EXPECT_EQ(make(given), token) << "expected one text of each token";
}

TEST_F(ViewerTokenTest, IsSignedWithWhatWasDerivedOnAnotherThread) {
  support::run(tokens_.prepare());

  EXPECT_TRUE(keys_.has_signers());
  EXPECT_TRUE(opens(make(grant())));
  support::run(tokens_.prepare());
}

TEST_F(ViewerTokenTest, WithoutAFilterShowsEverything) {
  const auto opened = tokens_.open(make(grant()), tenant_, now_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->visible, nullptr);
  EXPECT_EQ(opened->key_id, std::nullopt);
}

TEST_F(ViewerTokenTest, IsValidUntilItExpires) {
  const auto opened = tokens_.open(make(grant()), tenant_, now_);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->is_valid(now_ + hours(1) - std::chrono::milliseconds(1)));
  EXPECT_FALSE(opened->is_valid(now_ + hours(1)));
}

TEST_F(ViewerTokenTest, WithAnyBitChangedIsNone) {
  const std::string token = make(grant());
  const std::string bytes = bytes_of(token);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ (1U << bit));
      EXPECT_FALSE(opens(token_of(changed))) << "byte " << i << ", bit " << bit;
    }
  }
}

TEST_F(ViewerTokenTest, WithAnyCharacterChangedIsNone) {
  const std::string token = make(grant());
  ASSERT_TRUE(opens(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char c : {'A', 'B', '-', '_', '+', '/', '=', ' ', '.', '\0', '\n', '\xFF'}) {
      std::string changed = token;
      changed[i] = c;
      if (changed != token) EXPECT_FALSE(opens(changed)) << "character " << i << " is " << c;
    }
  }
}

TEST_F(ViewerTokenTest, OfAnyOtherLengthIsNone) {
  const std::string token = make(grant());
  const std::string bytes = bytes_of(token);
  for (std::size_t size = 0; size < token.size(); ++size) EXPECT_FALSE(opens(token.substr(0, size))) << size;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(opens(token_of(bytes.substr(0, size)))) << size;
  }
  for (const std::string more : {"=", "==", "A", "AAAA", " ", "\n", ".", "%3D", token.c_str()}) {
    EXPECT_FALSE(opens(token + more)) << more;
    EXPECT_FALSE(opens(more + token)) << more;
    EXPECT_FALSE(opens(token_of(bytes + more))) << more;
  }
  EXPECT_FALSE(opens(std::string(ViewerTokens::kPrefix) + std::string(100'000, 'A')));
}

TEST_F(ViewerTokenTest, WithIdsThatAreStringsHasAVersionOfItsOwn) {
  const events::Filter filter{.record_ids = {17, ForeignId::of_string("17").value()},
                              .source_ids = {ForeignId::of_string("日本").value()}};
  ViewerGrant given = grant();
  given.visible = std::make_shared<const events::Filter>(filter);

  const std::string token = make(given);

  EXPECT_EQ(bytes_of(token).front(), '\2');
  const auto opened = tokens_.open(token, tenant_, now_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened->visible, filter);
}

TEST_F(ViewerTokenTest, WithFieldsHasAVersionOfItsOwn) {
  const events::Filter filter{.record_ids = {ForeignId::of_string("17").value()},
                              .fields = {{.name = "data.status", .values = {"approved", "null"}},
                                         {.name = "field.\"a.b\"", .values = {"日本"}}}};
  ViewerGrant given = grant();
  given.visible = std::make_shared<const events::Filter>(filter);

  const std::string token = make(given);

  EXPECT_EQ(bytes_of(token).front(), '\3');
  const auto opened = tokens_.open(token, tenant_, now_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened->visible, filter);
}

TEST_F(ViewerTokenTest, OfAnotherVersionIsNone) {
  std::string bytes = bytes_of(make(grant()));
  for (const char version : {'\0', '\4', '\x7F', '\x80'}) {
    bytes.front() = version;
    EXPECT_FALSE(opens(token_of(bytes)));
    EXPECT_EQ(ViewerTokens::client_in(token_of(bytes)), std::nullopt);
  }
}

TEST_F(ViewerTokenTest, OfOneTenantIsNoneOfAnother) {
  const std::string token = make(grant());
  const auto other = tenant_with("secret");  // the same one, which cannot happen
  EXPECT_FALSE(tokens_.open(token, other, now_));
  // The id of another tenant in front of what was signed.
  std::string bytes = bytes_of(token);
  std::copy(other.id.uuid().begin(), other.id.uuid().end(), bytes.begin() + 1);
  EXPECT_FALSE(tokens_.open(token_of(bytes), other, now_));
}

TEST_F(ViewerTokenTest, LivesAsLongAsTheSecretThatHasSignedIt) {
  const std::string token = make(grant());
  auto rotated = tenant_;
  rotated.secret_hash = crypto::SecretHash("another secret");
  EXPECT_FALSE(tokens_.open(token, rotated, now_));
  rotated.previous_secrets = {{.hash = tenant_.secret_hash, .valid_until = now_ + seconds(1)}};
  EXPECT_TRUE(tokens_.open(token, rotated, now_));
  EXPECT_FALSE(tokens_.open(token, rotated, now_ + seconds(1)));
}

TEST_F(ViewerTokenTest, LivesAsLongAsTheConfiguredKeyThatHasSignedIt) {
  const auto configured = keys_.signers();
  const auto& signers = *configured;
  const PlatformKeys only_first{{crypto::Secret("the-first-platform-key")}};
  const PlatformKeys only_second{{crypto::Secret("the-second-platform-key")}};
  const auto opens_with = [&](const PlatformKeys& keys, const std::string& token) {
    return ViewerTokens(keys).open(token, tenant_, now_).has_value();
  };
  EXPECT_TRUE(opens_with(only_first, make(grant(), signers.at(0).id)));
  EXPECT_FALSE(opens_with(only_second, make(grant(), signers.at(0).id)));
  EXPECT_TRUE(opens_with(only_second, make(grant(), signers.at(1).id)));
  EXPECT_TRUE(opens_with(only_first, make(grant(), "a key that was made over the API")));
}

TEST_F(ViewerTokenTest, TellsNothingOfTheKeyThatHasSignedIt) {
  const std::string bytes = bytes_of(make(grant(), keys_.signers()->at(0).id));
  EXPECT_EQ(bytes.find(keys_.signers()->at(0).id), std::string::npos)
      << "a part of a key's hash lets guesses at the key be tried fast";
}

TEST_F(ViewerTokenTest, CannotBeForgedWithWhatTheRegistryOrTheTenantKnows) {
  const std::string token = make(grant());
  const std::string bytes = bytes_of(token);
  const std::string content = bytes.substr(0, bytes.size() - 32);
  for (const std::string& key :
       {std::string("secret"), tenant_.secret_hash.hex(), tenant_.id.text(), std::string()}) {
    EXPECT_FALSE(opens(token_of(content + std::string(crypto::bytes(crypto::hmac_sha256(key, content))))));
  }
}

}  // namespace
}  // namespace annals::access
