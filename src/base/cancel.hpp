// A sticky request to stop, raised from any thread. Long work asks at least every few milliseconds.
#pragma once

#include <atomic>

#include "base/error.hpp"

namespace duramen {

class CancelFlag {
 public:
  void raise() noexcept { raised_.store(true, std::memory_order_relaxed); }
  void reset() noexcept { raised_.store(false, std::memory_order_relaxed); }
  bool raised() const noexcept { return raised_.load(std::memory_order_relaxed); }
  // Throws Error(cancelled) when raised; `operation` starts the text.
  void check(const char* operation) const {
    if (raised()) throw Error(Code::cancelled, std::string(operation) + ": cancelled");
  }

 private:
  std::atomic<bool> raised_{false};
};

}  // namespace duramen
