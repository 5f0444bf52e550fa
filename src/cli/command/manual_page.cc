#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command/completion.h"

namespace annals::cli {
namespace {

/// Returns a text as roff shows it. A line of it must not begin with a dot or a quote, which are requests.
std::string roff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result;
}

std::string text_of(const OptionFacts& option) {
  constexpr std::size_t kMostInHead = 60;  // characters; what is longer has no place to end a line
  const std::string choices = fmt::format("{}", fmt::join(option.choices, "|"));
  const bool is_long = choices.size() > kMostInHead;
  const std::string value = choices.empty() || is_long ? "VALUE" : choices;
  std::string head = fmt::format("{}", fmt::join(option.names, ", "));
  if (option.takes_value && !option.is_argument) head += " " + value;
  std::string text = option.summary;
  if (is_long) text += fmt::format(" ({})", fmt::join(option.choices, ", "));
  if (!option.default_value.empty()) text += fmt::format(" (default: {})", option.default_value);
  if (option.is_required) text += " (required)";
  return fmt::format(".TP\n.B {}\n{}\n", roff(head), roff(text));
}

std::string text_of(const CommandFacts& command) {
  std::string text = fmt::format(
      ".SS annals {}\n{}\n", roff(fmt::format("{}", fmt::join(command.words, " "))), roff(command.summary));
  for (const OptionFacts& option : command.options) {
    if (option.names.back() != "--help") text += text_of(option);
  }
  if (!command.examples.empty())
    text += fmt::format(".PP\nExamples:\n.PP\n.nf\n{}\n.fi\n", roff(command.examples));
  return text;
}

constexpr const char* kEnd = R"(.SH EXIT STATUS
.TP
.B 0
everything was done
.TP
.B 1
it failed, or doctor found a problem; the last line on standard error says why
.TP
.B 2
the arguments or the configuration have mistakes, or a deletion was not confirmed
.TP
.B 3
an import was done, but some lines were rejected; an event was not stored, because another one has its event_id
.TP
.B 130, 143
it was ended by SIGINT (Ctrl\-C) or SIGTERM, as a shell shows it
.TP
.B 141
the reader of its output has closed the pipe
.SH ENVIRONMENT
.TP
.B ANNALS_URL, ANNALS_CONTEXT
the service, or the context that names it
.TP
.B ANNALS_CLIENT_ID, ANNALS_DATABASE
the tenant
.TP
.B ANNALS_API_KEY
the platform key
.TP
.B ANNALS_CONFIG
the configuration file of serve and doctor; each of its settings has a variable too
.TP
.B NO_COLOR
if it is set, nothing is coloured
.SH FILES
.TP
.I ~/.config/annals/config.toml
the contexts of a user
)";

}  // namespace

std::string manual_page(const CommandFacts& program, const std::string& version) {
  std::string text = fmt::format(
      ".TH ANNALS 1 \"\" \"annals {}\" \"User Commands\"\n.SH NAME\nannals \\- a multi\\-tenant event "
      "history "
      "service\n.SH SYNOPSIS\n.B annals\n.I COMMAND\n[\\fIOPTIONS\\fR]\n.SH DESCRIPTION\nannals serve is the "
      "service. The other commands are clients of a running one, which they reach over HTTP, or help to run "
      "it.\n.SH COMMANDS\n",
      roff(version));
  for (const CommandFacts* command : with_all_below(program)) {
    if (command->commands.empty()) text += text_of(*command);
  }
  return text + kEnd;
}

}  // namespace annals::cli
