// What a context has written to its log as a warning.
#pragma once

#include <string>
#include <vector>

#include "autograd/context.hpp"

namespace duramen::test {

// Requires: lives as long as the context makes calls.
class Warnings {
 public:
  explicit Warnings(Context& context) { context.set_log({&add, this}); }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  size_t count() const noexcept { return lines_.size(); }
  const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  static void add(void* user, int32_t level, const char* message, size_t length) {
    if (level != static_cast<int32_t>(LogLevel::warning)) return;
    static_cast<Warnings*>(user)->lines_.emplace_back(message, length);
  }

  std::vector<std::string> lines_;
};

}  // namespace duramen::test
