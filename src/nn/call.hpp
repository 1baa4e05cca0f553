// A module that calls others. Refuses what would run out of stack: a module below itself (STATE
// with its path), or too many levels (LIMIT).
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

class Call {
 public:
  Call(Context& context, const Module& module) : context_(context) {
    if (context.call_depth() >= kDeepest) refuse(module);
    context.enter_call();
  }
  ~Call() { context_.leave_call(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  static constexpr uint32_t kDeepest = 1000;
  [[noreturn]] static void refuse(const Module& module);

  Context& context_;
};

}  // namespace duramen::nn
