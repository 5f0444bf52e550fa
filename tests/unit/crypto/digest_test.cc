#include "crypto/digest.h"

#include <gtest/gtest.h>

#include "text/hex.h"

namespace annals::crypto {
namespace {

// FIPS 180-4's examples (NIST, "SHA256 examples").
TEST(Digest, Sha256GivesThePublishedExamples) {
  EXPECT_EQ(text::to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(text::to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(text::to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Digest, Sha256OfPartsIsThatOfTheWhole) {
  Sha256Stream stream;
  for (const std::string_view part : {"ab", "", "c"}) stream.add(part);
  EXPECT_EQ(stream.finish(), sha256("abc"));
  EXPECT_EQ(Sha256Stream().finish(), sha256(""));
}

// RFC 4231, test cases 1, 2 and 6.
TEST(Digest, HmacSha256GivesThePublishedExamples) {
  EXPECT_EQ(text::to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(text::to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(text::to_hex(hmac_sha256(std::string(131, '\xaa'),
                                     "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 1321, A.5, in base64.
TEST(Digest, Md5GivesThePublishedExamples) {
  EXPECT_EQ(md5_base64(""), "1B2M2Y8AsgTpgAmY7PhCfg==");
  EXPECT_EQ(md5_base64("abc"), "kAFQmDzST7DWlj99KOF/cg==");
}

// RFC 7914, section 12, the example with N = 16384; the first half of its result.
TEST(Digest, StretchedGivesThePublishedExample) {
  EXPECT_EQ(text::to_hex(stretched("pleaseletmein", "SodiumChloride")),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
}

TEST(Digest, AreEqualIfAllBytesAre) {
  Sha256 other = sha256("abc");
  EXPECT_TRUE(equal(sha256("abc"), other));
  other.back() ^= 1U;
  EXPECT_FALSE(equal(sha256("abc"), other));
}

TEST(Digest, BytesThatAreZeroCountAsAnyOther) {
  EXPECT_NE(sha256(std::string_view("a\0b", 3)), sha256(std::string_view("a\0c", 3)));
  EXPECT_EQ(bytes(sha256("abc")).size(), 32U);
}

}  // namespace
}  // namespace annals::crypto
