#include "autograd/context.hpp"

namespace duramen {
namespace {

Ref<Allocator> allocator_of(const MemorySource& source) {
  return source.allocate ? make<Allocator>(source) : make<Allocator>();
}

uint32_t thread_count(const ContextOptions& options) noexcept {
  return options.num_threads == 0 ? 1 : options.num_threads;
}

// Built in place: a pool is neither copied nor moved.
ThreadPool pool_of(const ContextOptions& options, const CancelFlag* cancel) {
  if (options.runner.run) return ThreadPool(options.runner, thread_count(options), cancel);
  return ThreadPool(thread_count(options), cancel);
}

}  // namespace

Context::Context(const ContextOptions& options)
    : Counted(kTag),
      allocator_(allocator_of(options.memory)),
      pool_(pool_of(options, &cancel_)),
      generator_(options.seed) {}

Context::~Context() = default;

}  // namespace duramen
