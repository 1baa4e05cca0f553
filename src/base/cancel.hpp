// A sticky request to stop, raised from any thread, and the scopes that work goes through in spite
// of it. Long work asks at least every few milliseconds.
//
// Work that makes something new may stop anywhere: what is unfinished is dropped. Work that changes
// what the caller sees (a load's copies, an optimizer's updates, an operation in place) asks before
// its first write and then runs through, inside an Uninterrupted.
#pragma once

#include <atomic>

#include "base/error.hpp"

namespace duramen {

class CancelFlag {
 public:
  void raise() noexcept { raised_.store(true, std::memory_order_relaxed); }
  void reset() noexcept { raised_.store(false, std::memory_order_relaxed); }
  bool raised() const noexcept { return raised_.load(std::memory_order_relaxed); }
  // Whether running work is to stop. Asked by the thread inside the call, and by its workers.
  bool stops() const noexcept { return raised() && holds_ == 0; }
  // Throws Error(cancelled) when work is to stop; `operation` starts the text.
  void check(const char* operation) const {
    if (stops()) [[unlikely]]
      stop(operation);
  }
  [[noreturn, gnu::cold, gnu::noinline]] static void stop(const char* operation) {
    throw Error(Code::cancelled, std::string(operation) + ": cancelled");
  }

 private:
  friend class Uninterrupted;
  std::atomic<bool> raised_{false};
  uint32_t holds_ = 0;  // changed only while no worker runs
};

// Within its scope nothing stops: either all of a change happens, or none. Nothing that can fail
// half-way belongs into it.
class Uninterrupted {
 public:
  explicit Uninterrupted(CancelFlag& flag) noexcept : flag_(flag) { ++flag_.holds_; }
  ~Uninterrupted() { --flag_.holds_; }
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;

 private:
  CancelFlag& flag_;
};

}  // namespace duramen
