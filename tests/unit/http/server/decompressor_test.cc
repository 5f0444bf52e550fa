#include "http/server/decompressor.h"

#include <random>

#include <gtest/gtest.h>

#include "error.h"
#include "unit/http/server/compressed.h"

namespace annals::http {
namespace {

struct Coding {
  std::string name;
  std::string (*compress)(std::string_view text);
};

std::string zstd_of(std::string_view text) {
  return zstd(text);
}

std::vector<Coding> codings() {
  return {{"gzip", gzip}, {"zstd", zstd_of}};
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

// All that comes out of `data`, put in by `step` bytes and taken out by `max_bytes`.
std::string decompress(const std::string& encoding, std::string_view data, std::size_t step,
                       std::size_t max_bytes) {
  const auto decompressor = make_decompressor(encoding);
  std::string result;
  for (std::size_t at = 0; at < data.size(); at += step) {
    std::string_view input = data.substr(at, step);
    for (bool full = true; full || !input.empty();) {
      std::string part;
      decompressor->put(input, part, max_bytes);
      EXPECT_LE(part.size(), max_bytes);
      full = part.size() == max_bytes;
      result += part;
    }
  }
  decompressor->check_end();
  return result;
}

std::string failure(const std::string& encoding, std::string_view data) {
  try {
    return "decompressed: " + decompress(encoding, data, 100, 1000);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_request);
    return error.detail();
  }
}

void expect_back_in_whatever_pieces(const Coding& coding, const std::string& text) {
  for (const std::size_t step : {1U, 7U, 5000U, 1'000'000U}) {
    for (const std::size_t max_bytes : {1U, 333U, 65'536U}) {
      if (max_bytes == 1 && text.size() > 10'000) continue;  // slow
      ASSERT_TRUE(decompress(coding.name, coding.compress(text), step, max_bytes) == text)
          << coding.name << " of " << text.size() << " bytes by " << step << " and " << max_bytes;
    }
  }
}

TEST(Decompressor, GivesBackWhatWasCompressedInWhateverPieces) {
  for (const Coding& coding : codings()) {
    for (const std::string& text :
         {std::string(), std::string("x"), noise(10'000), std::string(300'000, 'y')}) {
      expect_back_in_whatever_pieces(coding, text);
    }
  }
}

TEST(Decompressor, SeveralFramesAreOneBody) {
  for (const auto& [name, compress] : codings()) {
    const std::string data = compress("one,") + compress("") + compress("two");
    for (const std::size_t step : {1U, 1000U}) EXPECT_EQ(decompress(name, data, step, 2), "one,two") << name;
  }
}

TEST(Decompressor, NoFrameIsAnEmptyBody) {
  for (const auto& [name, compress] : codings()) EXPECT_EQ(decompress(name, "", 1, 1), "") << name;
}

TEST(Decompressor, TruncatedDataIsRefusedWhereverItEnds) {
  for (const auto& [name, compress] : codings()) {
    const std::string expected = "Request body is not valid " + name + ".";
    const std::string data = compress("some text, and then some more text");
    for (std::size_t size = 1; size < data.size(); ++size) {
      ASSERT_EQ(failure(name, data.substr(0, size)), expected) << size << " of " << data.size() << " bytes";
    }
    EXPECT_EQ(failure(name, data + data.substr(0, 3)), expected) << "a second frame, truncated";
  }
}

TEST(Decompressor, OtherDataIsRefused) {
  for (const auto& [name, compress] : codings()) {
    const std::string expected = "Request body is not valid " + name + ".";
    for (const std::string& data : {std::string("[1,2,3]"), noise(1000), std::string(100, '\0'),
                                    compress("x") + "rest of it", name == "gzip" ? zstd("x") : gzip("x")}) {
      EXPECT_EQ(failure(name, data), expected) << testing::PrintToString(data);
    }
  }
}

TEST(Decompressor, AWrongChecksumIsRefused) {
  std::string data = gzip("some text");
  data[data.size() - 6] ^= 1;
  EXPECT_EQ(failure("gzip", data), "Request body is not valid gzip.");
}

TEST(Decompressor, AZstdFrameMayNotAskForALargeWindow) {
  const std::string text(1000, 'x');
  EXPECT_EQ(decompress("zstd", zstd(text, 23), 100, 1000), text) << "8 MiB are what every decoder has";
  EXPECT_EQ(failure("zstd", zstd(text, 24)), "Request body is not valid zstd.");
}

TEST(Decompressor, SaysHowMuchMemoryAFrameHasAskedFor) {
  constexpr std::size_t kMiB = std::size_t{1} << 20U;
  const auto memory_for = [](std::string_view encoding, std::string_view input) {
    const auto decompressor = make_decompressor(encoding);
    std::string part;
    decompressor->put(input, part, kMiB);
    return decompressor->memory();
  };
  const std::string text(1000, 'x');
  EXPECT_GE(memory_for("zstd", zstd(text, 23)), 8 * kMiB);
  EXPECT_LT(memory_for("zstd", zstd(text, 17)), kMiB);
  EXPECT_GE(memory_for("zstd", zstd(text, 17) + zstd(text, 23)), 8 * kMiB) << "a later frame asks for more";
  EXPECT_LT(memory_for("gzip", gzip(text)), kMiB / 8);
}

TEST(Decompressor, NamesOfEncodingsAreKnownInAnyCase) {
  for (const std::string_view name : {"", "identity", "Identity"})
    EXPECT_EQ(make_decompressor(name), nullptr);
  for (const std::string_view name : {"gzip", "GZip", "x-gzip", "zstd", "ZSTD"}) {
    EXPECT_NE(make_decompressor(name), nullptr) << name;
  }
}

TEST(Decompressor, OtherEncodingsAreNotSupported) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"br", "Content-Encoding br is not supported."},
      {"gzip, zstd", "Content-Encoding gzip, zstd is not supported."},
      {"\xFF\xFE", "Content-Encoding is not supported."},
      {std::string(65, 'x'), "Content-Encoding is not supported."}};
  for (const auto& [name, expected] : cases) {
    try {
      (void)make_decompressor(name);
      ADD_FAILURE() << name << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::unsupported_encoding);
      EXPECT_EQ(error.detail(), expected);
    }
  }
}

}  // namespace
}  // namespace annals::http
