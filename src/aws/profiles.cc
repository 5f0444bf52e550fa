#include "aws/profiles.h"

#include <array>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "aws/limited_file.h"
#include "text/ascii.h"

namespace annals::aws {
namespace {

constexpr std::string_view kDefault = "default";
constexpr std::array<std::string_view, 3> kStaticKeys = {"aws_access_key_id", "aws_secret_access_key",
                                                         "aws_session_token"};

std::string_view unquoted(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// Reads the lines of a file one by one.
class Reading {
 public:
  explicit Reading(ProfileFile kind) : kind_(kind) {}

  void take(std::string_view raw) {
    const std::string_view line = text::trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') return;
    const std::size_t indent = raw.find_first_not_of(" \t");
    // Below a setting: a part of its value, such as the `region` of another service.
    if (has_setting_ && indent > indent_) return;
    if (line.front() == '[') {
      begin_section(line);
      return;
    }
    take_setting(line, indent);
  }

  Profiles finish() {
    // `[profile default]` takes precedence over `[default]`, which is passed over then.
    if (!full_default_.empty()) profiles_.insert_or_assign(std::string(kDefault), std::move(full_default_));
    return std::move(profiles_);
  }

 private:
  void begin_section(std::string_view line) {
    section_ = nullptr;
    has_setting_ = false;
    const auto end = line.find(']');
    if (end == std::string_view::npos) return;
    std::string_view name = text::trim(line.substr(1, end - 1));
    if (kind_ == ProfileFile::config && name != kDefault) {
      constexpr std::string_view kProfile = "profile";
      if (!name.starts_with(kProfile)) return;
      const std::string_view rest = name.substr(kProfile.size());
      name = text::trim(rest);
      if (name.size() == rest.size() || name.empty()) return;  // another word that begins alike
      name = unquoted(name);
      if (name == kDefault) {
        section_ = &full_default_;
        return;
      }
    }
    section_ = &profiles_[std::string(unquoted(name))];
  }

  void take_setting(std::string_view line, std::size_t indent) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return;
    has_setting_ = true;
    indent_ = indent;
    if (section_ == nullptr) return;
    section_->insert_or_assign(text::to_lower(text::trim(line.substr(0, equals))),
                               std::string(text::trim(line.substr(equals + 1))));
  }

  const ProfileFile kind_;
  Profiles profiles_;
  ProfileSettings full_default_;
  ProfileSettings* section_ = nullptr;  // null: one that is no profile
  bool has_setting_ = false;            // of this section, at `indent_`
  std::size_t indent_ = 0;
};

/// A file of profiles and how it came to be looked at.
struct Place {
  std::filesystem::path path;  // empty: none, because HOME is not set
  bool named = false;          // by its variable
};

Place place_of(const Environment& environment, std::string_view variable, const char* name) {
  const std::string home = value_of(environment, "HOME");
  const std::string given = value_of(environment, variable);
  if (given.starts_with("~/") && !home.empty()) {
    return {.path = std::filesystem::path(home) / given.substr(2), .named = true};
  }
  if (!given.empty()) return {.path = given, .named = true};
  if (home.empty()) return {};
  return {.path = std::filesystem::path(home) / ".aws" / name};
}

/// Looks for one profile in the files.
class Search {
 public:
  explicit Search(std::string name) : name_(std::move(name)) {}

  void look_into(const Place& place, std::string_view variable, ProfileFile kind) {
    if (place.path.empty()) {
      remark(fmt::format("neither {} nor HOME is set", variable));
      return;
    }
    auto content = read_limited(place.path, kMaxProfileFile);
    if (!content) {
      const std::string problem = fmt::format("{} {}", place.path.string(), content.error());
      if (place.named)
        throw CredentialsError(fmt::format("{} names a file that is no use: {}", variable, problem));
      remark(problem);
      return;
    }
    Profiles profiles = parse_profiles(*content, kind);
    const auto found = profiles.find(name_);
    if (found == profiles.end()) {
      remark(fmt::format("{} has no profile [{}]", place.path.string(), name_));
      return;
    }
    add(std::move(found->second), place.path.string());
  }

  [[nodiscard]] bool has_found() const { return !files_.empty(); }
  [[nodiscard]] const std::string& remarks() const { return remarks_; }
  Profile finish() && {
    return {.name = std::move(name_), .files = std::move(files_), .settings = std::move(settings_)};
  }

 private:
  void remark(const std::string& text) { remarks_ += (remarks_.empty() ? "" : ", ") + text; }

  void add(ProfileSettings settings, const std::string& path) {
    files_ += (files_.empty() ? "" : " and ") + path;
    // The parts of a key pair come from one file.
    bool has_keys = false;
    for (const std::string_view key : kStaticKeys) has_keys = has_keys || settings_.contains(key);
    for (auto& [name, value] : settings) {
      const bool is_key = name == kStaticKeys[0] || name == kStaticKeys[1] || name == kStaticKeys[2];
      if (is_key && has_keys) continue;
      settings_.emplace(name, std::move(value));
    }
  }

  std::string name_;
  std::string files_;
  std::string remarks_;
  ProfileSettings settings_;
};

Search search_for(const Environment& environment, const std::string& name) {
  constexpr std::string_view kCredentials = "AWS_SHARED_CREDENTIALS_FILE";
  constexpr std::string_view kConfig = "AWS_CONFIG_FILE";
  Search search(name);
  search.look_into(place_of(environment, kCredentials, "credentials"), kCredentials,
                   ProfileFile::credentials);
  search.look_into(place_of(environment, kConfig, "config"), kConfig, ProfileFile::config);
  return search;
}

}  // namespace

Profiles parse_profiles(std::string_view text, ProfileFile kind) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Reading reading(kind);
  while (!text.empty()) {
    const auto end = text.find('\n');
    reading.take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reading.finish();
}

std::string Profile::value(std::string_view setting) const {
  const auto found = settings.find(setting);
  return found == settings.end() ? "" : found->second;
}

std::expected<Profile, std::string> read_profile(const Environment& environment) {
  const std::string named = value_of(environment, "AWS_PROFILE");
  Search search = search_for(environment, named.empty() ? std::string(kDefault) : named);
  if (search.has_found()) return std::move(search).finish();
  if (!named.empty()) {
    throw CredentialsError(
        fmt::format("AWS_PROFILE names the profile [{}], which is not there: {}", named, search.remarks()));
  }
  return std::unexpected(search.remarks());
}

Profile read_profile_named(const Environment& environment, const std::string& name) {
  Search search = search_for(environment, name);
  if (search.has_found()) return std::move(search).finish();
  throw CredentialsError(fmt::format("there is no profile [{}]: {}", name, search.remarks()));
}

}  // namespace annals::aws
