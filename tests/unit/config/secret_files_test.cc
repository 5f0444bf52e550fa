// Secrets that are read from files of their own.
#include <sys/stat.h>

#include <fstream>

#include <gtest/gtest.h>

#include "config/warnings.h"
#include "unit/config/loading.h"

namespace annals::config::testing {
namespace {

class SecretFiles : public ::testing::Test {
 protected:
  std::string give(const std::string& name, const std::string& content, mode_t mode = 0600) {
    const std::string path = (directory_.path() / name).string();
    std::ofstream(path) << content;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  static std::string only_mistake(const Variables& variables) {
    const auto mistakes = mistakes_in_variables(variables);
    EXPECT_EQ(mistakes.size(), 1U);
    return mistakes.empty() ? "" : mistakes.front().first + ": " + mistakes.front().second;
  }

  TemporaryDirectory directory_;
};

TEST_F(SecretFiles, api_keys_stand_in_lines) {
  const auto path = give("keys", "first-platform-key\r\n\n  second-platform-key  \nthird-platform-key");
  const auto keys = load_variables({{"ANNALS_AUTH_API_KEYS_FILE", path}}).auth.api_keys;
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].reveal(), "first-platform-key");
  EXPECT_EQ(keys[1].reveal(), "second-platform-key");
  EXPECT_EQ(keys[2].reveal(), "third-platform-key");
}

TEST_F(SecretFiles, a_password_is_all_but_the_last_line_break) {
  const auto path = give("password", " swordfish, and \"chips\" \n");
  const auto config = load_text(
      "[engine]\nkind = 'remote'\nendpoints = ['http://127.0.0.1:1']\npassword_file = '" + path + "'\n");
  EXPECT_EQ(config.engine.password.reveal(), " swordfish, and \"chips\" ");
}

TEST_F(SecretFiles, may_be_links_because_secrets_are_mounted_so) {
  give("..data", "first-platform-key\n");
  const auto link = directory_.path() / "keys";
  std::filesystem::create_symlink("..data", link);
  EXPECT_EQ(load_variables({{"ANNALS_AUTH_API_KEYS_FILE", link.string()}}).auth.api_keys.size(), 1U);
}

TEST_F(SecretFiles, obey_the_rules_of_the_settings_and_are_not_shown) {
  for (const std::string content :
       {"hush", "hush-hush-hush-hush hush", "hush-hush-hush-1\nhush-hush-hush-1"}) {
    const auto text = only_mistake({{"ANNALS_AUTH_API_KEYS_FILE", give("keys", content)}});
    EXPECT_TRUE(text.starts_with("ANNALS_AUTH_API_KEYS_FILE: ")) << text;
    EXPECT_TRUE(text.contains("key ")) << text;
    EXPECT_FALSE(text.contains("hush")) << text;
  }
}

TEST_F(SecretFiles, must_hold_something) {
  EXPECT_TRUE(only_mistake({{"ANNALS_AUTH_API_KEYS_FILE", give("keys", "\n\n")}}).contains("has none"));
}

TEST_F(SecretFiles, must_be_there) {
  const auto text = only_mistake({{"ANNALS_AUTH_API_KEYS_FILE", "/no/such/file"}});
  EXPECT_TRUE(text.contains("/no/such/file") && text.contains("No such file")) << text;
}

TEST_F(SecretFiles, that_anybody_can_write_are_refused) {
  EXPECT_TRUE(only_mistake({{"ANNALS_AUTH_API_KEYS_FILE", give("keys", "first-platform-key", 0666)}})
                  .contains("written by another user"));
}

TEST_F(SecretFiles, have_a_limit) {
  EXPECT_TRUE(only_mistake({{"ANNALS_AUTH_API_KEYS_FILE", give("keys", std::string(70'000, 'k'))}})
                  .contains("larger than 64 KiB"));
}

TEST_F(SecretFiles, that_everybody_can_read_are_warned_about) {
  const auto path = give("keys", "first-platform-key", 0644);
  const auto told = warnings(load_variables({{"ANNALS_AUTH_API_KEYS_FILE", path}}));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told.front().contains(path)) << told.front();
}

TEST_F(SecretFiles, beside_the_secret_itself_are_a_mistake) {
  const auto text = only_mistake({{"ANNALS_AUTH_API_KEYS_FILE", give("keys", "first-platform-key")},
                                  {"ANNALS_AUTH_API_KEYS", "second-platform-key"}});
  EXPECT_TRUE(text.contains("given together with ANNALS_AUTH_API_KEYS")) << text;
}

TEST_F(SecretFiles, that_are_empty_texts_are_not_given) {
  EXPECT_TRUE(load_text("[auth]\napi_keys_file = '/no/such'\n", {{"ANNALS_AUTH_API_KEYS_FILE", ""}})
                  .auth.api_keys.empty());
}

}  // namespace
}  // namespace annals::config::testing
