// From C handles to core objects and back. A handle is the address of the object's Counted base;
// the tag inside tells a handle of another type.
#pragma once

#include <duramen/duramen.h>

#include <type_traits>
#include <vector>

#include "autograd/context.hpp"
#include "boundary.hpp"
#include "call_options.hpp"
#include "compare.hpp"
#include "function.hpp"
#include "io/checkpoint.hpp"
#include "io/tensor_stream.hpp"
#include "listing.hpp"
#include "nn/load_notes.hpp"
#include "nn/module.hpp"
#include "ops/registry.hpp"
#include "optim/optimizer.hpp"
#include "scope.hpp"
#include "tensor/uninitialized.hpp"
#include "text.hpp"

namespace duramen::capi {

// Which class stands behind a handle.
template <class Handle>
struct CoreOf;
template <class Core>
struct Is {
  using type = Core;
};

template <>
struct CoreOf<duramen_error> : Is<ErrorRecord> {};
template <>
struct CoreOf<duramen_string> : Is<String> {};
template <>
struct CoreOf<duramen_string_list> : Is<StringList> {};
template <>
struct CoreOf<duramen_context> : Is<Context> {};
template <>
struct CoreOf<duramen_tensor> : Is<Tensor> {};
template <>
struct CoreOf<duramen_value> : Is<Value> {};
template <>
struct CoreOf<duramen_op> : Is<ops::Op> {};
template <>
struct CoreOf<duramen_options> : Is<CallOptions> {};
template <>
struct CoreOf<duramen_function_state> : Is<FunctionState> {};
template <>
struct CoreOf<duramen_listing> : Is<Listing> {};
template <>
struct CoreOf<duramen_scope> : Is<Scope> {};
template <>
struct CoreOf<duramen_module> : Is<nn::Module> {};
template <>
struct CoreOf<duramen_state_dict> : Is<StateDict> {};
template <>
struct CoreOf<duramen_rename_rules> : Is<RenameRules> {};
template <>
struct CoreOf<duramen_diff> : Is<DiffResult> {};
template <>
struct CoreOf<duramen_load_report> : Is<LoadReport> {};
template <>
struct CoreOf<duramen_load_notes> : Is<nn::LoadNotes> {};
template <>
struct CoreOf<duramen_checkpoint> : Is<io::Checkpoint> {};
template <>
struct CoreOf<duramen_tensor_stream> : Is<io::TensorStream> {};
template <>
struct CoreOf<duramen_optimizer> : Is<optim::Optimizer> {};

// const duramen_tensor → const Tensor, duramen_tensor → Tensor.
template <class Handle>
using Core = std::conditional_t<std::is_const_v<Handle>,
                                const typename CoreOf<std::remove_const_t<Handle>>::type,
                                typename CoreOf<std::remove_const_t<Handle>>::type>;

inline const Counted* counted_of(const void* handle) noexcept {
  return static_cast<const Counted*>(handle);
}

// The object, or null for a NULL handle and (best effort) one of another type.
template <class Handle>
Core<Handle>* peek(Handle* handle) noexcept {
  using Plain = std::remove_const_t<Core<Handle>>;
  if (!handle || static_cast<const void*>(handle) == out_of_memory()) return nullptr;
  const Counted* counted = counted_of(handle);
  if (counted->tag() != Plain::kTag) return nullptr;
  return const_cast<Plain*>(static_cast<const Plain*>(counted));
}

[[noreturn]] void throw_bad_handle(const char* argument);

// The object; INVALID_ARGUMENT for NULL, BAD_HANDLE for another type, STATE for a tensor without a
// shape.
template <class Handle>
Core<Handle>& object(Handle* handle, const char* argument) {
  if (!handle) throw null_argument(argument);
  if (auto* found = peek(handle)) {
    if constexpr (std::is_same_v<const Core<Handle>, const Tensor>) {
      check_initialized(*found, argument);
    }
    return *found;
  }
  throw_bad_handle(argument);
}
// The same where NULL is allowed.
template <class Handle>
Core<Handle>* object_or_null(Handle* handle, const char* argument) {
  return handle ? &object(handle, argument) : nullptr;
}
// One reference to the object. Autograd and module trees keep what they are given, const or not.
template <class Handle>
auto ref(Handle* handle, const char* argument) {
  using Plain = std::remove_const_t<Core<Handle>>;
  return Ref<Plain>(const_cast<Plain*>(&object(handle, argument)));
}
template <class Handle>
auto ref_or_null(Handle* handle, const char* argument) {
  using Plain = std::remove_const_t<Core<Handle>>;
  return handle ? ref(handle, argument) : Ref<Plain>();
}
inline ValueRef value_ref(const duramen_value* handle, const char* argument) {
  return ValueRef(&object(handle, argument));
}

// The handle of an object, lent.
template <class Handle, class T>
Handle* lend(T* core) noexcept {
  const Counted* counted = core;
  return reinterpret_cast<Handle*>(const_cast<Counted*>(counted));
}
// Stores a handle with a reference of its own.
template <class Handle, class T>
void give(Handle** out, Ref<T> core) noexcept {
  *out = lend<Handle>(core.detach());
}

// An entry point with one object as its result: body() returns the Ref.
template <class Handle, class Body>
duramen_status guard_out(duramen_error** error, const char* function, Handle** out,
                         Body&& body) noexcept {
  clear(out);
  return guard(error, function, [&] {
    required(out, "out");
    give(out, body());
  });
}

// The context of a call that computes: CANCELLED once its cancel was called.
Context& running(duramen_context* context);
// A computation with one object as its result: body(context) returns the Ref.
template <class Handle, class Body>
duramen_status compute(duramen_error** error, const char* function, duramen_context* context,
                       Handle** out, Body&& body) noexcept {
  return guard_out(error, function, out, [&] { return body(running(context)); });
}

template <class Handle>
std::remove_const_t<Handle>* retain(Handle* handle) noexcept {
  auto* found = peek(handle);
  if (found) found->retain();
  return const_cast<std::remove_const_t<Handle>*>(found ? handle : nullptr);
}
template <class Handle>
void release(Handle* handle) noexcept {
  if (auto* found = peek(handle)) found->release();
}

}  // namespace duramen::capi
