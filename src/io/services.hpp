// The parts of a context that io needs.
#pragma once

#include "base/cancel.hpp"
#include "base/sinks.hpp"
#include "kernels/thread_pool.hpp"
#include "tensor/allocator.hpp"

namespace duramen::io {

struct Services {
  Ref<Allocator> allocator;
  const CancelFlag& cancel;
  ProgressSink progress;
  LogSink log = {};
  ThreadPool* pool = nullptr;  // null: the calling thread alone
};

}  // namespace duramen::io
