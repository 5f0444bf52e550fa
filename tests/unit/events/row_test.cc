#include "events/row.h"

#include <gtest/gtest.h>

#include "ids/uuid.h"
#include "unit/envelopes/decoding.h"

namespace annals::events {
namespace {

using namespace std::literals;

Event sample() {
  return {.event_id = EventId(*parse_uuid("00010203-0405-0607-0809-0a0b0c0d0e0f")),
          .event_time = Timestamp(std::chrono::milliseconds(0x0102030405)),
          .event_type_id = 0x0A0B0C0D,
          .record_id = 0x1112131415161718,
          .source_type_id = 0x2A2B2C2D,
          .source_id = 0x3132333435363738,
          .event_data = R"(["é"])"};
}

constexpr std::string_view kUntilFile =
    "\x08\x07\x06\x05\x04\x03\x02\x01"                                  // arrival
    "\x44\x33\x22\x11\x00\x00\x00\x00"                                  // commit
    "\x07\x06\x05\x04\x03\x02\x01\x00\x0F\x0E\x0D\x0C\x0B\x0A\x09\x08"  // event_id
    "\x05\x04\x03\x02\x01\x00\x00\x00"                                  // event_time
    "\x0D\x0C\x0B\x0A"                                                  // event_type_id
    "\x18\x17\x16\x15\x14\x13\x12\x11"                                  // record_id
    "\x2D\x2C\x2B\x2A"                                                  // source_type_id
    "\x38\x37\x36\x35\x34\x33\x32\x31"                                  // source_id
    "\x06[\"\xC3\xA9\"]"sv;                                             // event_data

TEST(RowEncoding, WritesTheColumnsInTheirOrder) {
  std::string rows;
  append_row(rows, sample(), 0x0102030405060708, 0x11223344);
  EXPECT_EQ(rows, std::string(kUntilFile) + "\x01\x00"s) << "no file, no other fields";
}

TEST(RowEncoding, WritesTheFileAndTheOtherFields) {
  Event event = sample();
  event.file_id = FileId(*parse_uuid("f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff"));
  event.other_fields = R"({"a":1})";
  std::string rows = "earlier rows";
  append_row(rows, event, 0x0102030405060708, 0x11223344);
  EXPECT_EQ(rows, "earlier rows" + std::string(kUntilFile) +
                      "\0\xF7\xF6\xF5\xF4\xF3\xF2\xF1\xF0\xFF\xFE\xFD\xFC\xFB\xFA\xF9\xF8\x07{\"a\":1}"s);
}

TEST(RowEncoding, TimesBefore1970AreNegative) {
  Event event = sample();
  event.event_time = Timestamp(std::chrono::milliseconds(-1));
  std::string rows;
  append_row(rows, event, 0, 0);
  EXPECT_EQ(rows.substr(32, 8), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
}

}  // namespace
}  // namespace annals::events
