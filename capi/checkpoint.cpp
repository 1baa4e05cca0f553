#include "io/checkpoint.hpp"

#include "base/text.hpp"
#include "file_options.hpp"
#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {}  // namespace

duramen_status duramen_open_options_init(duramen_open_options* options, size_t struct_size,
                                         duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_limits_init(duramen_limits* limits, size_t struct_size,
                                   duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(limits, struct_size); });
}

duramen_status duramen_save_options_init(duramen_save_options* options, size_t struct_size,
                                         duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_checkpoint_open(duramen_context* context, const char* path,
                                       size_t path_length, const duramen_open_options* options,
                                       duramen_checkpoint** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const std::string name = path_argument(path, path_length);
    return io::Checkpoint::open(services_of(core), name, open_options(options));
  });
}

duramen_status duramen_checkpoint_from_memory(duramen_context* context, const void* data,
                                              size_t nbytes, const duramen_open_options* options,
                                              duramen_checkpoint** out,
                                              duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return checkpoint_of_copy(core, data, nbytes, open_options(options));
  });
}

const char* duramen_checkpoint_format(const duramen_checkpoint* checkpoint,
                                      size_t* length) noexcept {
  const io::Checkpoint* core = peek(checkpoint);
  if (length) *length = core ? core->format().size() : 0;
  return core ? core->format().data() : nullptr;  // a whole std::string, hence terminated
}

const char* duramen_checkpoint_property(const duramen_checkpoint* checkpoint, const char* key,
                                        size_t key_length, size_t* length) noexcept {
  const io::Checkpoint* core = peek(checkpoint);
  return text_under(core ? &core->properties() : nullptr, key, key_length, length);
}

const duramen_value* duramen_checkpoint_content(const duramen_checkpoint* checkpoint) noexcept {
  const io::Checkpoint* core = peek(checkpoint);
  try {
    return core ? lend<const duramen_value>(core->content().get()) : nullptr;
  } catch (...) {  // no memory
    return nullptr;
  }
}

duramen_status duramen_checkpoint_state_dict(duramen_context* context,
                                             const duramen_checkpoint* checkpoint,
                                             const char* select, size_t select_length,
                                             duramen_state_dict** out,
                                             duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return object(checkpoint, "checkpoint")
        .state_dict(optional_text(select, select_length, "select"), services_of(core).cancel);
  });
}

duramen_status duramen_state_dict_save(duramen_context* context, const duramen_state_dict* dict,
                                       const char* path, size_t path_length,
                                       const duramen_save_options* options,
                                       duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const StateDict& source = object(dict, "dict");
    io::save(services_of(core), source, path_argument(path, path_length), save_options(options));
  });
}

duramen_status duramen_value_save(duramen_context* context, const duramen_value* value,
                                  const char* path, size_t path_length,
                                  const duramen_save_options* options,
                                  duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const Value& source = object(value, "value");
    io::save_value(services_of(core), source, path_argument(path, path_length),
                   save_options(options));
  });
}

duramen_checkpoint* duramen_checkpoint_retain(const duramen_checkpoint* checkpoint) noexcept {
  return retain(checkpoint);
}
void duramen_checkpoint_release(duramen_checkpoint* checkpoint) noexcept { release(checkpoint); }
