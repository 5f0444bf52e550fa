#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace annals::models {

/// A directory whose files may lose what was not synced. In the programs of the models the system's calls for
/// writing, syncing, renaming and removing files tell it of what happens below the directory; a sync costs
/// nothing there. One Disk at a time. Thread-safe, but for restore().
class Disk {
 public:
  /// What is left after a crash.
  enum class Loss : std::uint8_t {
    nothing,         // the process is killed; the system goes on
    data,            // the power fails: what was written to a file since its last sync is lost
    data_and_names,  // and also what was renamed or removed since the last sync of the directory
  };
  using Files = std::map<std::string, std::string>;  // contents by names

  explicit Disk(std::filesystem::path directory);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// Sets what is called before each step with its description. It may take a picture.
  void set_hook(std::function<void(const std::string& step)> hook) { hook_ = std::move(hook); }

  /// Returns the files as they would be found after a crash now. They are there until the next step.
  [[nodiscard]] const Files& after(Loss loss) const;

  /// Replaces the files by others, which are on the disk. Nobody may use the files meanwhile.
  void restore(const Files& files);

  // --- for the calls that take the place of the system's ---

  /// Returns null if the path, or that of the descriptor, is not below the directory of a Disk.
  static Disk* of(std::string_view path);
  static Disk* of(int descriptor);
  /// Calls the hook before a step.
  void before(const char* call, std::string_view path);
  void before(const char* call, int descriptor);
  void created(int descriptor);
  void synced(int descriptor);

 private:
  using Content = std::shared_ptr<std::string>;

  [[nodiscard]] std::string relative(std::string_view path) const;
  [[nodiscard]] Files picture(Loss loss) const;
  void adopt();

  const std::filesystem::path directory_;
  std::function<void(const std::string& step)> hook_;
  mutable std::mutex mutex_;                // guards what follows
  std::map<ino_t, Content> on_disk_;        // of the files that are there; the number of one is given again
  std::map<std::string, Content> names_;    // that are on the disk
  mutable std::map<Loss, Files> pictures_;  // that were taken since the last step
};

}  // namespace annals::models
