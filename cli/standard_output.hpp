// Standard output as the target of a save.
#pragma once

#include <duramen/duramen.h>

#include <optional>

#include "handles.hpp"

namespace cli {

class StandardOutput {
 public:
  // Failure(kUsage) where it is a terminal.
  StandardOutput();
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  // save(write, user, error) is a call of the library that saves to a callback.
  template <class Save>
  void receive(Save&& save) {
    try {
      call(kRefused, "stdout", [&](auto error) { return save(&write, this, error); });
    } catch (const Failure& failure) {
      throw failure_ ? *failure_ : renamed(failure);
    }
  }

 private:
  // What the library calls a callback.
  static Failure renamed(const Failure& failure);
  static int32_t write(void* self, const void* data, size_t nbytes, duramen_error** error) noexcept;

  std::optional<Failure> failure_;  // of a write: it cannot pass through the library
};

}  // namespace cli
