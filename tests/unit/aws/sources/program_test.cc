#include "aws/sources/program.h"

#include <fcntl.h>

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "io/descriptor.h"
#include "support/machine/aws_environment.h"
#include "support/machine/temporary_directory.h"

namespace annals::aws {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

std::string output(const std::string& script, std::chrono::milliseconds time = 20s,
                   std::size_t max_bytes = 1000) {
  return output_of({"/bin/sh", "-c", script}, max_bytes, std::chrono::steady_clock::now() + time);
}

std::string complaint(const std::string& script, std::chrono::milliseconds time = 20s) {
  return support::complaint_of([&] { return output(script, time); });
}

TEST(Program, ACommandIsSplitAsAShellDoesIt) {
  EXPECT_EQ(split_command("  a  b\tc ").value(), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_command(R"("a b" 'c "d' e\ f g"h"'i' "" "\"\\\n" '\')").value(),
            (Words{"a b", "c \"d", "e f", "ghi", "", "\"\\\\n", "\\"}));
  EXPECT_EQ(split_command("a $HOME *").value(), (Words{"a", "$HOME", "*"}));
  for (const char* bad : {"", "  ", "'a", "\"a", "a\\"}) EXPECT_FALSE(split_command(bad)) << bad;
}

TEST(Program, ItsOutputIsReadToTheEndAndItsInputIsEmpty) {
  EXPECT_EQ(output("cat; echo one; echo hidden >&2; echo two"), "one\ntwo\n");
}

TEST(Program, ItHasNoDescriptorOfOurs) {
  const support::TemporaryDirectory directory;
  std::ofstream(directory.path() / "open") << "x";
  const io::Descriptor open(::open((directory.path() / "open").c_str(), O_RDONLY));  // without close-on-exec
  EXPECT_EQ(output("ls -l /proc/self/fd | grep -c open; true"), "0\n");
}

TEST(Program, AFailureIsToldWithoutWhatItHasWritten) {
  EXPECT_EQ(complaint("echo secret; exit 3"), "it ended with 3");
  EXPECT_EQ(complaint("kill -9 $$"), "it was ended by signal 9");
  EXPECT_EQ(complaint("yes"), "it writes more than 1000 bytes");
  EXPECT_EQ(support::complaint_of([] { return output_of({"/no/such/program"}, 1, Deadline::max()); }),
            "it cannot be started: No such file or directory");
}

TEST(Program, OneThatDoesNotEndIsKilledWithItsChildren) {
  const support::TemporaryDirectory directory;
  const std::string file = (directory.path() / "id").string();
  const auto began = std::chrono::steady_clock::now();

  pid_t child = 0;
  for (auto time = 500ms; child == 0 && time < 20s; time *= 2) {  // a busy machine needs longer to start it
    EXPECT_EQ(complaint("sleep 100 & echo $! > " + file + "; wait", time), "it was not done in time");
    std::ifstream(file) >> child;
  }
  EXPECT_EQ(complaint("exec >&-; sleep 100", 500ms), "it was not done in time");

  EXPECT_LT(std::chrono::steady_clock::now() - began, 90s);
  ASSERT_GT(child, 0);
  const auto has_gone = [child] {
    std::string status;
    std::getline(std::ifstream("/proc/" + std::to_string(child) + "/stat"), status);
    return status.empty() || status.find(") Z ") != std::string::npos;
  };
  while (!has_gone() && std::chrono::steady_clock::now() - began < 90s) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(has_gone());
}

}  // namespace
}  // namespace annals::aws
