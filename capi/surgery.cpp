#include "nn/surgery.hpp"

#include "handles.hpp"
#include "nn/blend.hpp"
#include "nn/flatten.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

NameFilter name_filter(const char* include, size_t include_length, const char* exclude,
                       size_t exclude_length) {
  return {optional_text(include, include_length, "include"),
          optional_text(exclude, exclude_length, "exclude")};
}

nn::BlendOptions blend_options(const duramen_blend_options* options) {
  const auto given = read_options(options, "options");
  constexpr nn::BufferMode kModes[] = {nn::BufferMode::copy, nn::BufferMode::lerp,
                                       nn::BufferMode::skip};
  return {.buffers = kModes[known_number(given.buffers, DURAMEN_BUFFERS_COPY, DURAMEN_BUFFERS_SKIP,
                                         "buffers")],
          .names = name_filter(given.include, struct_length(given.include_length), given.exclude,
                               struct_length(given.exclude_length))};
}

nn::FlattenOptions flatten_options(uint64_t flags, uint64_t known) {
  known_flags(flags, known, "flags");
  return {.only_trainable = (flags & DURAMEN_FLAT_TRAINABLE) != 0,
          .gradients = (flags & DURAMEN_FLAT_GRADIENTS) != 0,
          .copy = (flags & DURAMEN_FLAT_COPY) != 0};
}

void set_flags(duramen_module* module, const NameFilter& names, bool requires_grad, size_t* count) {
  const size_t chosen = nn::set_requires_grad(object(module, "module"), names, requires_grad);
  if (count) *count = chosen;
}

}  // namespace

duramen_status duramen_blend_options_init(duramen_blend_options* options, size_t struct_size,
                                          duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_module_copy_from(duramen_context* context, duramen_module* target,
                                        const duramen_module* source,
                                        const duramen_blend_options* options,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::copy_from(core, object(target, "target"), object(source, "source"), blend_options(options));
  });
}

duramen_status duramen_module_lerp(duramen_context* context, duramen_module* target,
                                   const duramen_module* source, double weight,
                                   const duramen_blend_options* options,
                                   duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::lerp(core, object(target, "target"), object(source, "source"), weight,
             blend_options(options));
  });
}

duramen_status duramen_module_freeze(duramen_module* module, const char* include,
                                     size_t include_length, const char* exclude,
                                     size_t exclude_length, size_t* count,
                                     duramen_error** error) noexcept {
  clear(count);
  return guard(error, __func__, [&] {
    set_flags(module, name_filter(include, include_length, exclude, exclude_length), false, count);
  });
}

duramen_status duramen_module_unfreeze(duramen_module* module, const char* include,
                                       size_t include_length, const char* exclude,
                                       size_t exclude_length, size_t* count,
                                       duramen_error** error) noexcept {
  clear(count);
  return guard(error, __func__, [&] {
    set_flags(module, name_filter(include, include_length, exclude, exclude_length), true, count);
  });
}

duramen_status duramen_module_tie(duramen_module* module, const char* path, size_t path_length,
                                  const char* source_path, size_t source_path_length,
                                  duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& root = object(module, "module");
    nn::tie(root, name_argument(path, path_length, "path"),
            name_argument(source_path, source_path_length, "source_path"));
  });
}

duramen_status duramen_module_untie(duramen_context* context, duramen_module* module,
                                    const char* path, size_t path_length, uint32_t* changed,
                                    duramen_error** error) noexcept {
  clear(changed);
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const bool untied =
        nn::untie(core, object(module, "module"), name_argument(path, path_length, "path"));
    if (changed) *changed = untied;
  });
}

duramen_status duramen_module_flatten(duramen_context* context, const duramen_module* module,
                                      uint64_t flags, duramen_tensor** out,
                                      duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    constexpr uint64_t kFlags = DURAMEN_FLAT_TRAINABLE | DURAMEN_FLAT_GRADIENTS | DURAMEN_FLAT_COPY;
    return nn::flatten(core, object(module, "module"), flatten_options(flags, kFlags));
  });
}

duramen_status duramen_module_unflatten(duramen_context* context, duramen_module* module,
                                        const duramen_tensor* vector, uint64_t flags,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::unflatten(core, object(module, "module"), object(vector, "vector"),
                  flatten_options(flags, DURAMEN_FLAT_TRAINABLE | DURAMEN_FLAT_GRADIENTS));
  });
}

duramen_status duramen_module_pack(duramen_context* context, duramen_module* module, uint64_t flags,
                                   duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const nn::FlattenOptions options = flatten_options(flags, DURAMEN_FLAT_TRAINABLE);
    return nn::pack(core, object(module, "module"), options.only_trainable);
  });
}
