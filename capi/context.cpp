#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "kernels/blas.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

using AllocatorHook = Hook<duramen_allocator>;
using RunnerHook = Hook<duramen_runner>;
using LogHook = Hook<duramen_log_sink>;
using ProgressHook = Hook<duramen_progress_sink>;

// Reads the caller's table; null when there is none.
template <class Table, class Function>
Ref<Hook<Table>> hook_of(const Table* given, Function Table::*function, const char* argument) {
  if (!given) return nullptr;
  const Table table = read_options(given, argument);
  if (!(table.*function)) throw null_argument(argument);
  return make<Hook<Table>>(table);
}

MemorySource memory_source(AllocatorHook& hook) {
  MemorySource source;
  source.user = &hook;
  source.allocate = [](void* user, size_t nbytes, size_t alignment) {
    const auto& table = static_cast<AllocatorHook*>(user)->table;
    return table.alloc(table.user, nbytes, alignment);
  };
  source.free = [](void* user, void* pointer, size_t nbytes, size_t alignment) {
    const auto& table = static_cast<AllocatorHook*>(user)->table;
    table.free(table.user, pointer, nbytes, alignment);
  };
  source.destroy = AllocatorHook::give_back;
  hook.lend();
  return source;
}

Runner runner_of(RunnerHook& hook) {
  Runner runner;
  runner.user = &hook;
  runner.run = [](void* user, uint64_t count, void (*body)(void*, uint64_t), void* body_user) {
    const auto& table = static_cast<RunnerHook*>(user)->table;
    table.run(table.user, count, body, body_user);
  };
  runner.destroy = RunnerHook::give_back;
  hook.lend();
  return runner;
}

LogSink sink_of(const LogHook& hook) { return {hook.table.log, hook.table.user}; }

ProgressSink sink_of(ProgressHook& hook) {
  ProgressSink sink;
  sink.user = &hook;
  sink.progress = [](void* user, const char* operation, uint64_t done, uint64_t total) {
    const auto& table = static_cast<ProgressHook*>(user)->table;
    duramen_error* handed_over = nullptr;
    const int32_t status =
        table.progress(table.user, operation, std::strlen(operation), done, total, &handed_over);
    check_callback(status, handed_over, operation, "progress callback");
  };
  return sink;
}

uint32_t thread_count(uint32_t given) {
  constexpr uint32_t kMost = 1024;
  if (given > kMost) {
    throw Error(Code::limit,
                join("num_threads: too many (expected at most ", kMost, ", got ", given, ")"))
        .with("argument", "num_threads");
  }
  return given ? given : 1;
}

// What a context is made from; takes back what a failed constructor never got.
struct Hooks {
  Ref<AllocatorHook> allocator;
  Ref<RunnerHook> runner;
  Ref<LogHook> log;

  ~Hooks() {
    if (done) return;
    if (allocator && allocator->lent()) AllocatorHook::give_back(allocator.get());
    if (runner && runner->lent()) RunnerHook::give_back(runner.get());
  }
  void arm() noexcept {
    done = true;
    if (allocator) allocator->arm();
    if (runner) runner->arm();
    if (log) log->arm();
  }
  bool done = false;
};

Ref<Context> create_context(const duramen_context_options& given) {
  known_flags(given.flags, 0, "flags");
  Hooks hooks{hook_of(given.allocator, &duramen_allocator::alloc, "allocator"),
              hook_of(given.runner, &duramen_runner::run, "runner"),
              hook_of(given.log, &duramen_log_sink::log, "log")};
  if (hooks.allocator && !hooks.allocator->table.free) throw null_argument("allocator");
  ContextOptions options;
  options.num_threads = thread_count(given.num_threads);
  options.seed = given.seed;
  if (hooks.allocator) options.memory = memory_source(*hooks.allocator);
  if (hooks.runner) options.runner = runner_of(*hooks.runner);
  auto context = make<Context>(options);
  if (hooks.log) context->set_log(sink_of(*hooks.log), hooks.log);
  hooks.arm();
  return context;
}

}  // namespace

duramen_status duramen_context_options_init(duramen_context_options* options, size_t struct_size,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_context_create(const duramen_context_options* options, duramen_context** out,
                                      duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return create_context(read_options(options, "options")); });
}

uint32_t duramen_context_num_threads(const duramen_context* context) noexcept {
  auto* core = peek(const_cast<duramen_context*>(context));
  return core ? core->pool().num_threads() : 0;
}

duramen_status duramen_context_seed(duramen_context* context, uint64_t seed,
                                    duramen_error** error) noexcept {
  return guard(error, __func__, [&] { object(context, "context").generator().seed(seed); });
}

uint64_t duramen_context_initial_seed(const duramen_context* context) noexcept {
  auto* core = peek(const_cast<duramen_context*>(context));
  return core ? core->generator().initial_seed() : 0;
}

duramen_status duramen_context_generator_state(const duramen_context* context, uint8_t* buffer,
                                               size_t capacity, size_t* nbytes,
                                               duramen_error** error) noexcept {
  clear(nbytes);
  return guard(error, __func__, [&] {
    std::byte state[Generator::kStateBytes];
    object(const_cast<duramen_context*>(context), "context").generator().get_state(state);
    const auto* bytes = reinterpret_cast<const uint8_t*>(state);
    copy_out(std::span<const uint8_t>(bytes, sizeof(state)), buffer, capacity, nbytes);
  });
}

duramen_status duramen_context_set_generator_state(duramen_context* context, const uint8_t* state,
                                                   size_t nbytes, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Generator& generator = object(context, "context").generator();
    generator.set_state(std::as_bytes(std::span(&required(state, "state"), nbytes)));
  });
}

uint32_t duramen_context_grad_enabled(const duramen_context* context) noexcept {
  const Context* core = peek(context);
  return core && core->grad_enabled();
}

duramen_status duramen_context_set_grad_enabled(duramen_context* context, uint32_t enabled,
                                                duramen_error** error) noexcept {
  return guard(error, __func__, [&] { object(context, "context").set_grad_enabled(enabled != 0); });
}

duramen_dtype duramen_context_default_dtype(const duramen_context* context) noexcept {
  const Context* core = peek(context);
  return core ? static_cast<duramen_dtype>(core->default_dtype()) : DURAMEN_DTYPE_INVALID;
}

duramen_status duramen_context_set_default_dtype(duramen_context* context, duramen_dtype dtype,
                                                 duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = object(context, "context");
    const Dtype wanted = dtype_argument(dtype, "dtype");
    if (!is_floating(wanted)) {
      throw Error(Code::dtype_mismatch,
                  join("dtype: only floating-point types are supported as the "
                       "default type (got ",
                       dtype_name(wanted), ")"))
          .with("torch_error", "TypeError");
    }
    core.set_default_dtype(wanted);
  });
}

void duramen_context_cancel(duramen_context* context) noexcept {
  if (Context* core = peek(context)) core->cancel().raise();
}

void duramen_context_reset_cancel(duramen_context* context) noexcept {
  if (Context* core = peek(context)) core->cancel().reset();
}

uint32_t duramen_context_is_cancelled(const duramen_context* context) noexcept {
  auto* core = peek(const_cast<duramen_context*>(context));
  return core && core->cancel().raised();
}

duramen_status duramen_context_set_log(duramen_context* context, const duramen_log_sink* log,
                                       duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = object(context, "context");
    const Ref<LogHook> hook = hook_of(log, &duramen_log_sink::log, "log");
    core.set_log(hook ? sink_of(*hook) : LogSink{}, hook);
    if (hook) hook->arm();
  });
}

duramen_status duramen_context_set_progress(duramen_context* context,
                                            const duramen_progress_sink* progress,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = object(context, "context");
    const Ref<ProgressHook> hook = hook_of(progress, &duramen_progress_sink::progress, "progress");
    core.set_progress(hook ? sink_of(*hook) : ProgressSink{}, hook);
    if (hook) hook->arm();
  });
}

duramen_status duramen_context_allocator_statistics(const duramen_context* context,
                                                    duramen_allocator_statistics* out,
                                                    duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    const uint32_t given = required(out, "out").struct_size;
    init_options(out, given);
    const AllocatorStatistics numbers = object(context, "context").allocator()->statistics();
    out->bytes_in_use = numbers.bytes_in_use;
    out->bytes_cached = numbers.bytes_cached;
    out->peak_bytes_in_use = numbers.peak_bytes_in_use;
    out->blocks_in_use = numbers.blocks_in_use;
  });
}

duramen_status duramen_context_trim(duramen_context* context, duramen_error** error) noexcept {
  return guard(error, __func__, [&] { object(context, "context").allocator()->trim(); });
}

duramen_status duramen_context_blas_info(duramen_context* context, duramen_string** out,
                                         duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    object(context, "context");
    const kernels::BlasInfo info = kernels::blas_info();
    return make<String>(
        join(info.vendor, " ", info.version, ", ", info.threading, " (", info.config, ")"));
  });
}

duramen_context* duramen_context_retain(duramen_context* context) noexcept {
  return retain(context);
}
void duramen_context_release(duramen_context* context) noexcept { release(context); }
