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

/// Returns the secret of a reply as it stands there, or "" if the reply has none, or has that text twice.
std::string_view secret_in(std::string_view reply) {
  constexpr std::size_t kShortest = 8;  // shorter ones occur in messages by chance
  for (const std::string_view before : {R"("SecretAccessKey":")", "<SecretAccessKey>"}) {
    const auto begin = reply.find(before);
    if (begin == std::string_view::npos) continue;
    const auto rest = reply.substr(begin + before.size());
    const auto secret = rest.substr(0, rest.find_first_of("\"<"));
    const bool is_elsewhere = reply.find(secret) != reply.rfind(secret);
    if (secret.size() >= kShortest && !is_elsewhere) return secret;
  }
  return {};
}

template <class Parse>
void check_reply(Parse parse, std::string_view secret) {
  try {
    const Credentials credentials = parse();
    require(fits_header(credentials.access_key_id), "an id that fits into a header");
    require(!credentials.secret_access_key.reveal().empty(), "a secret that is not empty");
    require(!credentials.session_token || fits_header(credentials.session_token->reveal()),
            "a token that fits into a header");
  } catch (const CredentialsError& error) {
    require(secret.empty() || !std::string_view(error.what()).contains(secret),
            "a message without the secret");
  }
}

void check_replies(const std::string& reply) {
  const std::string_view secret = secret_in(reply);
  check_reply([&] { return parse_json_credentials(reply); }, secret);
  check_reply([&] { return parse_program_credentials(reply); }, secret);
  check_reply([&] { return parse_sts_credentials(reply, "AssumeRole"); }, secret);
  require(!sts_error_code(reply).empty(), "a code or a dash");
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
  if (mode == 0) check_replies(input.ConsumeRemainingBytesAsString());
  if (mode == 1) check_profiles(input.ConsumeRemainingBytesAsString());
  if (mode == 2) static_cast<void>(split_command(input.ConsumeRemainingBytesAsString()));
  if (mode == 3) check_command(input);
  return 0;
}
