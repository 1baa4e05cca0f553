// A checkpoint for standard output: saved in a folder of its own, which goes with the object, and
// sent when it is whole.
#pragma once

#include <string>

namespace cli {

class StandardOutput {
 public:
  // Nothing is made unless it is wanted. Failure(kUsage) where standard output is a terminal.
  explicit StandardOutput(bool is_wanted);
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;
  ~StandardOutput();

  const std::string& path() const { return path_; }  // where to save to
  // Failure(kRefused).
  void send() const;

 private:
  std::string folder_;
  std::string path_;
};

}  // namespace cli
