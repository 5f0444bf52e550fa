#include "cli/import/kept_files.h"

#include <system_error>

#include <gtest/gtest.h>

#include "support/machine/temporary_directory.h"

namespace annals::cli {
namespace {

TEST(KeptFiles, DoNotTakeWhatCannotBeReadForEmpty) {
  const support::TemporaryDirectory directory;
  for (const auto& unreadable : {directory.path(), directory.path() / "nowhere"}) {
    const KeptFiles files{.checkpoint = unreadable, .rejected = {}};
    EXPECT_THROW((void)files.read_checkpoint(), std::system_error) << unreadable;
  }
}

}  // namespace
}  // namespace annals::cli
