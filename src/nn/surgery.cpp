#include "nn/surgery.hpp"

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/match.hpp"
#include "nn/pointer_set.hpp"
#include "nn/traverse.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

constexpr auto kNothing = [](Module&) {};

// Every module once, under its first path, and all of its slots.
template <class Enter>
void for_each_module(const Module& root, const char* operation, std::string& name, Enter&& enter) {
  traverse(root, name, {operation, true, false, false}, enter, kNothing);
}

void check_flag(const Tensor& parameter, std::string_view path) {
  if (can_require_grad(parameter.dtype())) return;
  throw Error(Code::dtype_mismatch,
              join("requires_grad: only Tensors of floating point dtype can require gradients ('",
                   printable(path, 100), "' is ", dtype_name(parameter.dtype()), ")"))
      .with("torch_error", "RuntimeError")
      .with("path", std::string(path));
}

Error no_slot(const char* operation, std::string_view path, const char* what) {
  return Error(Code::not_found, join(operation, ": `", printable(path, 100), "` ", what))
      .with("path", std::string(path))
      .with("torch_error", "AttributeError");
}

// Of a parameter or a buffer.
Slot slot_at(const char* operation, const Module& root, std::string_view path) {
  const size_t dot = path.rfind('.');
  const bool nested = dot != std::string_view::npos;
  Module& owner = get_submodule(root, nested ? path.substr(0, dot) : "");
  const std::string_view name = nested ? path.substr(dot + 1) : path;
  for (const bool is_buffer : {false, true}) {
    const Module::Tensors& tensors = is_buffer ? owner.buffers() : owner.parameters();
    const size_t index = tensors.index_of(name);
    if (index != Module::Tensors::kNotFound) return {&owner, is_buffer, index};
  }
  throw no_slot(operation, path, "is neither a parameter nor a buffer");
}

void put(const Slot& slot, TensorRef tensor) noexcept {
  if (slot.is_buffer) {
    slot.owner->put_buffer_at(slot.index, std::move(tensor));
  } else {
    slot.owner->put_parameter_at(slot.index, std::move(tensor));
  }
}

void check_alike(std::string_view path, const Tensor& held, const Tensor& source) {
  const auto misfit = [path](Code code, const char* what, const std::string& expected,
                             const std::string& actual) {
    return Error(code, join("tie: `", printable(path, 100), "` has another ", what, " (expected ",
                            expected, ", got ", actual, ")"))
        .with("path", std::string(path))
        .with("expected", expected)
        .with("actual", actual);
  };
  if (held.shape() != source.shape()) {
    throw misfit(Code::shape_mismatch, "shape", format_shape(held.shape()),
                 format_shape(source.shape()));
  }
  if (held.dtype() != source.dtype()) {
    throw misfit(Code::dtype_mismatch, "dtype", std::string(dtype_name(held.dtype())),
                 std::string(dtype_name(source.dtype())));
  }
}

// Whether a slot other than `own` has memory in common with its tensor.
bool is_shared(const Module& root, const Slot& own) {
  const Tensor& tensor = *own.entry().value;
  bool found = false;
  std::string name;
  for_each_module(root, "untie", name, [&](Module& owner) {
    for (const bool is_buffer : {false, true}) {
      const Module::Tensors& tensors = is_buffer ? owner.buffers() : owner.parameters();
      for (size_t i = 0; i < tensors.size(); ++i) {
        const Tensor* other = tensors[i].value.get();
        if (!other || other->storage() != tensor.storage()) continue;
        const bool same_slot = &owner == own.owner && is_buffer == own.is_buffer && i == own.index;
        found = found || (!same_slot && overlap_of(tensor, *other) != Overlap::none);
      }
    }
  });
  return found;
}

}  // namespace

size_t set_requires_grad(Module& root, const NameFilter& names, bool flag) {
  std::vector<Tensor*> chosen;
  PointerSet seen;
  std::string path;
  for_each_module(root, "requires_grad", path, [&](Module& owner) {
    const size_t module_size = path.size();
    for (const auto& [name, parameter] : owner.parameters()) {
      if (!parameter) continue;
      if (module_size > 0) path += '.';
      path += name;
      if (names.wants(path) && seen.insert(parameter.get())) {
        if (flag) check_flag(*parameter, path);
        if (!flag && !parameter->is_leaf()) {
          throw Error(Code::state, join("requires_grad: `", printable(path, 100),
                                        "` is not a leaf: you can only change requires_grad flags "
                                        "of leaf variables"))
              .with("path", path)
              .with("torch_error", "RuntimeError");
        }
        chosen.push_back(parameter.get());
      }
      path.resize(module_size);
    }
  });
  for (Tensor* parameter : chosen) parameter->set_requires_grad(flag);
  return chosen.size();
}

void tie(Module& root, std::string_view path, std::string_view source_path) {
  const Slot slot = slot_at("tie", root, path);
  const Slot source = slot_at("tie", root, source_path);
  const TensorRef& held = slot.entry().value;
  TensorRef shared = source.entry().value;
  if (!shared) throw no_slot("tie", source_path, "is None");
  if (slot.is_buffer != source.is_buffer) {
    throw no_slot("tie", source_path,
                  slot.is_buffer ? "is not a buffer" : "is not an nn.Parameter");
  }
  if (held) check_alike(path, *held, *shared);
  put(slot, std::move(shared));
}

bool untie(Context& context, Module& root, std::string_view path) {
  const Slot slot = slot_at("untie", root, path);
  const TensorRef& held = slot.entry().value;
  if (!held) throw no_slot("untie", path, "is None");
  if (!is_shared(root, slot)) return false;
  check_initialized(*held, "untie");
  TensorRef own = empty(context.allocator(), held->shape(), held->dtype());
  kernels::copy(context.pool(), *own, *held);
  if (held->is_parameter()) own = make_parameter(*own, held->requires_grad());
  put(slot, std::move(own));
  return true;
}

}  // namespace duramen::nn
