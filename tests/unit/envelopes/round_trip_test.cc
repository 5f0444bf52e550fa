// Random events come out of decoding as they went in, byte for byte.
#include <random>

#include <gtest/gtest.h>

#include "input/json_value.h"
#include "unit/envelopes/decoding.h"

namespace annals::envelopes {
namespace {

using events::Event;

constexpr unsigned kSeeds = 3000;

// Writes random JSON in every spelling that the grammar allows.
class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}

  std::string value(int depth) {
    switch (below(depth > 0 ? 8 : 6)) {
      case 0:
        return pick({"null", "true", "false"});
      case 1:
      case 2:
        return number();
      case 3:
      case 4:
      case 5:
        return string();
      case 6:
        return nested('[', ']', depth, false);
      default:
        return nested('{', '}', depth, true);
    }
  }

  std::string string() {
    std::string text = "\"";
    for (std::size_t size = below(12); size > 0; --size) {
      text += pick({"a",
                    "Z",
                    " ",
                    "é",
                    "ß",
                    "漢",
                    "🦊",
                    "\xF4\x8F\xBF\xBF",
                    "\x7F",
                    "\\\"",
                    "\\\\",
                    "\\/",
                    "\\b",
                    "\\f",
                    "\\n",
                    "\\r",
                    "\\t",
                    "\\u0000",
                    "\\u00e9",
                    "\\u00E9",
                    "\\ud83e\\udd8a",
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "'",
                    "\u2028",
                    "event_id",
                    "null"});
    }
    return text + '"';
  }

  std::string blank() { return pick({"", "", "", " ", "\n", "\t", "\r\n", "  "}); }

 private:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

  std::string pick(const std::vector<std::string>& choices) { return choices[below(choices.size())]; }

  std::string digits(std::size_t max) {
    std::string text;
    for (std::size_t size = 1 + below(max); size > 0; --size) text += static_cast<char>('0' + below(10));
    return text;
  }

  std::string number() {
    std::string text =
        pick({"", "-"}) + pick({"0", "18446744073709551615", "9223372036854775808", "1" + digits(40)});
    if (below(2) == 0) text += "." + digits(25);
    if (below(3) == 0) text += pick({"e", "E"}) + pick({"", "+", "-"}) + digits(3);
    return text;
  }

  std::string nested(char open, char close, int depth, bool keys) {
    std::string text(1, open);
    text += blank();
    for (std::size_t size = below(5), i = 0; i < size; ++i) {
      if (i > 0) text += ',' + blank();
      if (keys) text += string() + blank() + ':' + blank();
      text += value(depth - 1) + blank();
    }
    return text + close;
  }

  std::mt19937 random_;
};

TEST(RoundTrip, EventDataOfAnyShapeStaysAsItCame) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    RandomJson random(seed);
    const std::string data = random.value(6);
    const Event event = event_of(decode_complete(event_json(random.blank() + data + random.blank())));
    ASSERT_EQ(event.event_data, data) << "seed " << seed;
  }
}

TEST(RoundTrip, OtherFieldsOfAnyShapeStayAsTheyCame) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    RandomJson random(seed);
    std::string more;
    std::string expected;
    for (int i = 0; i < 5; ++i) {
      const std::string key =
          fmt::format("\"{}{}", i, random.string().substr(1));  // the number keeps keys apart
      const std::string value = random.value(4);
      more += fmt::format(",{}{}{}:{}{}{}", random.blank(), key, random.blank(), random.blank(), value,
                          random.blank());
      expected += fmt::format("{}{}:{}", expected.empty() ? "{" : ",", key, value);
    }
    const Event event = event_of(decode_complete(event_json("0", more)));
    ASSERT_EQ(event.other_fields, expected + "}") << "seed " << seed;
  }
}

TEST(RoundTrip, AnyCutOrChangedByteGivesAnEventOrProblemsAndNothingElse) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(seed);
    std::string json = event_json(RandomJson(seed).value(4), ",\"x\":[1]");
    const auto at = random() % json.size();
    if (seed % 3 == 0) {
      json.resize(at);
      ASSERT_FALSE(problems_of(decode_complete(json)).empty()) << "a cut document was taken, seed " << seed;
    } else {
      json[at] = static_cast<char>(random());
      const Decoded decoded = decode_complete(json);
      if (const auto* event = std::get_if<Event>(&decoded)) {
        EXPECT_TRUE(input::parse_json(event->event_data, 512)) << "seed " << seed;
      }
    }
  }
}

TEST(RoundTrip, PayloadsOfOneMegabyteStayAsTheyCame) {
  RandomJson random(7);
  std::string data = "[" + random.value(6);
  while (data.size() < 1'000'000) data += ", " + random.value(6);
  data += "]";
  EXPECT_EQ(event_of(decode_complete(event_json(data))).event_data, data);
  const std::string string = "\"" + std::string(1'000'000, 'x') + "\\u00e9\"";
  const Event event = event_of(decode_complete(event_json(string, ",\"source_info\":" + string)));
  EXPECT_EQ(event.event_data, string);
  EXPECT_EQ(event.other_fields, "{\"source_info\":" + string + "}");
}

}  // namespace
}  // namespace annals::envelopes
