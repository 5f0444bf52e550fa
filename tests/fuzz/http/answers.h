// Reads what a server sends on one connection, with nothing of the code that wrote it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzzing.h"

namespace annals::fuzzing {

struct Answer {
  int status = 0;
  std::multimap<std::string, std::string, std::less<>> fields = {};  // names as sent
  std::string body = {};

  [[nodiscard]] std::optional<std::string> field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::nullopt : std::optional(found->second);
  }
};

/// Reads answers one after the other, and ends the process if one is not well-formed HTTP (RFC 9112).
class AnswerReader {
 public:
  /// If a request may have been a HEAD, an answer may lack its body. That is told by what follows, hence no
  /// body may begin as an answer does.
  AnswerReader(std::string_view sent, bool may_be_head) : rest_(sent), may_be_head_(may_be_head) {}

  /// Returns all answers but the interim ones (1xx).
  std::vector<Answer> all() {
    constexpr int kFinal = 200;
    std::vector<Answer> answers;
    bool closes = false;
    while (!rest_.empty()) {
      require(!closes, "nothing after an answer that closes the connection");
      Answer answer = next();
      closes = answer.field("Connection") == "close";
      if (answer.status >= kFinal) answers.push_back(std::move(answer));
    }
    return answers;
  }

 private:
  std::string_view line() {
    const auto end = rest_.find("\r\n");
    require(end != std::string_view::npos, "a line that ends with CRLF");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    require(std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7F; }),
            "a line without controls");
    return text;
  }

  Answer next() {
    Answer answer;
    read_status(answer);
    for (auto field = line(); !field.empty(); field = line()) {
      const auto colon = field.find(": ");
      require(colon != std::string_view::npos && colon > 0, "a field with its name");
      require(!field.substr(0, colon).contains(' '), "a name without blanks");
      answer.fields.emplace(field.substr(0, colon), field.substr(colon + 2));
    }
    if (has_content(answer)) read_body(answer);
    return answer;
  }

  void read_status(Answer& answer) {
    const std::string_view text = line();
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    constexpr std::size_t kShortest = 13;  // of "HTTP/1.1 200 "
    require(text.size() >= kShortest && (text.starts_with("HTTP/1.1 ") || text.starts_with("HTTP/1.0 ")),
            "a status line");
    require(std::ranges::all_of(text.substr(9, 3), is_digit) && text[12] == ' ', "a status of three digits");
    answer.status = std::stoi(std::string(text.substr(9, 3)));
  }

  [[nodiscard]] bool has_content(const Answer& answer) const {
    const bool never = answer.status < 200 || answer.status == 204 || answer.status == 304;
    const auto lengths = answer.fields.count("Content-Length");
    const auto codings = answer.fields.count("Transfer-Encoding");
    require(lengths + codings <= (never ? 0U : 1U),
            "one length of the body at most, and none without a body");
    return !never && !(may_be_head_ && (rest_.empty() || rest_.starts_with("HTTP/1.")));
  }

  void read_body(Answer& answer) {
    if (const auto length = answer.field("Content-Length")) {
      answer.body = take(static_cast<std::size_t>(std::stoull(*length)));
    } else if (answer.field("Transfer-Encoding")) {
      require(answer.field("Transfer-Encoding") == "chunked", "the one coding that there is");
      read_chunks(answer);
    } else {
      require(answer.field("Connection") == "close", "a body without a length to end with the connection");
      answer.body = take(rest_.size());
    }
  }

  void read_chunks(Answer& answer) {
    for (;;) {
      const std::size_t size = std::stoull(std::string(line()), nullptr, 16);
      answer.body += take(size);
      require(line().empty(), "a line break behind a chunk");
      if (size == 0) return;
    }
  }

  std::string take(std::size_t size) {
    require(size <= rest_.size(), "a body that is sent to its end");
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  std::string_view rest_;
  const bool may_be_head_;
};

}  // namespace annals::fuzzing
