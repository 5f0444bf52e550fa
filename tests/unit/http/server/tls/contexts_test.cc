// A certificate that is replaced while the server runs.
#include "http/server/tls/contexts.h"

#include <stdlib.h>  // NOLINT(*-deprecated-headers): mkdtemp

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support/machine/made_certificate.h"

namespace annals::http {
namespace {

using support::make_certificate;

// The files of a certificate, in a directory of their own.
class Files {
 public:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "annals-tls-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
    directory_ = name;
    write(make_certificate());
  }
  ~Files() { std::filesystem::remove_all(directory_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  void write(const support::MadeCertificate& made) const {
    write("certificate", made.certificate);
    write("key", made.key);
  }

  // Replaces a file as certbot and Kubernetes do, by another one.
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ / "new") << content;
    std::filesystem::rename(directory_ / "new", directory_ / name);
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return directory_ / name; }
  [[nodiscard]] TlsFiles names() const { return {.certificate = path("certificate"), .key = path("key")}; }

 private:
  std::filesystem::path directory_;
};

TEST(TlsContexts, files_that_stay_as_they_are_are_not_loaded_again) {
  const Files files;
  TlsContexts contexts(files.names());
  const auto before = contexts.current();
  contexts.reload_if_changed();
  EXPECT_EQ(contexts.current(), before);
}

TEST(TlsContexts, a_new_pair_is_used_and_the_old_one_lives_on_with_its_connections) {
  const Files files;
  TlsContexts contexts(files.names());
  const auto before = contexts.current();
  files.write(make_certificate());
  contexts.reload_if_changed();
  EXPECT_NE(contexts.current(), before);
  EXPECT_EQ(before.use_count(), 1);
}

TEST(TlsContexts, half_of_a_new_pair_is_not_used_and_with_the_other_half_it_is) {
  const Files files;
  TlsContexts contexts(files.names());
  const auto before = contexts.current();
  const auto made = make_certificate();
  files.write("certificate", made.certificate);
  contexts.reload_if_changed();
  EXPECT_EQ(contexts.current(), before);
  files.write("key", made.key);
  contexts.reload_if_changed();
  EXPECT_NE(contexts.current(), before);
}

TEST(TlsContexts, what_cannot_be_used_keeps_the_old_pair_and_is_logged_at_the_second_try) {
  const Files files;
  TlsContexts contexts(files.names());
  const auto before = contexts.current();
  const auto log_of_a_look = [&] {
    testing::internal::CaptureStderr();
    contexts.reload_if_changed();
    return testing::internal::GetCapturedStderr();
  };
  files.write("key", "nonsense");
  EXPECT_EQ(log_of_a_look(), "");
  const std::string told = log_of_a_look();
  EXPECT_TRUE(told.contains("is a file without a private key in PEM form")) << told;
  EXPECT_EQ(log_of_a_look(), "") << "it is told once";
  EXPECT_EQ(contexts.current(), before);

  std::filesystem::remove(files.path("key"));
  contexts.reload_if_changed();
  EXPECT_EQ(contexts.current(), before);
  files.write(make_certificate());
  contexts.reload_if_changed();
  EXPECT_NE(contexts.current(), before) << "it recovers";
}

TEST(TlsContexts, an_expired_certificate_is_told_once) {
  using namespace std::chrono_literals;
  const Files files;
  files.write(make_certificate(-2h, -1h));
  TlsContexts contexts(files.names());
  testing::internal::CaptureStderr();
  contexts.reload_if_changed();
  contexts.reload_if_changed();
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_EQ(told.find("has expired"), told.rfind("has expired")) << told;
  EXPECT_TRUE(told.contains("has expired")) << told;
}

TEST(TlsContexts, a_start_with_files_that_cannot_be_used_says_which) {
  const Files files;
  const auto failure = [&](const TlsFiles& names) -> std::string {
    try {
      TlsContexts contexts(names);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "none";
  };
  auto names = files.names();
  names.client_ca = files.path("key");
  EXPECT_TRUE(failure(names).starts_with("server.tls.client_ca holds no certificate")) << failure(names);
  names.client_ca = files.path("missing");
  EXPECT_TRUE(failure(names).ends_with("missing does not exist")) << failure(names);
  files.write("certificate", make_certificate().certificate);
  EXPECT_TRUE(failure(files.names()).starts_with("server.tls.key: ")) << failure(files.names());
}

}  // namespace
}  // namespace annals::http
