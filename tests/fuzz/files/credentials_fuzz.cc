// Properties: credentials of a reply fit into headers as they are, or the reply is refused with a message
// that does not show its secret; files of profiles and commands are read, whatever they hold; and the words
// of a command come back when they are quoted.
#include <optional>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "aws/profiles.h"
#include "aws/sources/program.h"
#include "aws/sources/replies.h"
#include "fuzz/fuzzing.h"

namespace annals::aws {
namespace {

using fuzzing::require;

constexpr std::string_view kSecret = "correct-horse-battery-staple";

/// Returns the reply with kSecret at the beginning of its secret, or nullopt if it has no secret. A secret of
/// the fuzzer's own would not do: it learns the words of the messages and makes secrets of them.
std::optional<std::string> with_known_secret(const std::string& reply) {
  for (const std::string_view before : {R"("SecretAccessKey":")", "<SecretAccessKey>"}) {
    const auto begin = reply.find(before);
    if (begin != std::string::npos) return std::string(reply).insert(begin + before.size(), kSecret);
  }
  return std::nullopt;
}

template <class Parse>
void check_reply(Parse parse) {
  try {
    const Credentials credentials = parse();
    require(fits_header(credentials.access_key_id), "an id that fits into a header");
    require(!credentials.secret_access_key.reveal().empty(), "a secret that is not empty");
    require(!credentials.session_token || fits_header(credentials.session_token->reveal()),
            "a token that fits into a header");
  } catch (const CredentialsError& error) {
    require(!std::string_view(error.what()).contains(kSecret), "a message without the secret");
  }
}

void check_replies(const std::string& reply) {
  check_reply([&] { return parse_json_credentials(reply); });
  check_reply([&] { return parse_program_credentials(reply); });
  check_reply([&] { return parse_sts_credentials(reply, "AssumeRole"); });
  require(!sts_error_code(reply).empty(), "a code or a dash");
}

void check_messages(const std::string& reply) {
  if (reply.contains(kSecret)) return;  // it may stand where a message shows it
  check_replies(reply);
  if (const auto known = with_known_secret(reply)) check_replies(*known);
}

void check_profiles(const std::string& text) {
  for (const auto kind : {ProfileFile::credentials, ProfileFile::config}) {
    for (const auto& [name, settings] : parse_profiles(text, kind)) {
      require(!name.contains('\n'), "a name of one line");
      for (const auto& [setting, value] : settings) {
        require(!setting.contains('\n') && !value.contains('\n'), "a setting of one line");
      }
    }
  }
}

void check_command(FuzzedDataProvider& input) {
  constexpr std::size_t kLongest = 20;
  constexpr std::size_t kMostWords = 5;
  std::vector<std::string> words;
  std::string command;
  while (input.remaining_bytes() > 0 && words.size() < kMostWords) {
    words.push_back(input.ConsumeRandomLengthString(kLongest));
    std::erase_if(words.back(), [](char c) { return c == '\0' || c == '\''; });
    command += " '" + words.back() + "'";
  }
  if (words.empty()) return;
  require(split_command(command) == words, "the words that were quoted");
}

}  // namespace
}  // namespace annals::aws

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace annals::aws;
  constexpr int kModes = 4;
  FuzzedDataProvider input(data, size);
  const int mode = input.ConsumeIntegral<std::uint8_t>() % kModes;
  if (mode == 0) check_messages(input.ConsumeRemainingBytesAsString());
  if (mode == 1) check_profiles(input.ConsumeRemainingBytesAsString());
  if (mode == 2) static_cast<void>(split_command(input.ConsumeRemainingBytesAsString()));
  if (mode == 3) check_command(input);
  return 0;
}
