// What the layers' sources share: the words of their tables, and the checks of a forward.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "nn/init.hpp"
#include "nn/layers.hpp"
#include "ops/ops.hpp"

namespace duramen::nn {

inline constexpr std::string_view kDeviceDoc = "where the state lives; only the CPU is known";
inline constexpr std::string_view kDtypeDoc =
    "the element type of the state (default: the context's)";
inline constexpr std::string_view kInplaceDoc = "writes the result over the input";

// device=None, dtype=None: the end of nearly every signature.
inline constexpr spec::Parameter kDeviceParameter = {"device", spec::kNone | spec::kText, "None",
                                                     kDeviceDoc};
inline constexpr spec::Parameter kDtypeParameter = {"dtype", spec::kNone | spec::kDtype, "None",
                                                    kDtypeDoc};

inline std::string_view python_bool(bool value) noexcept { return value ? "True" : "False"; }

inline bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The tensor of that name; null for None and for no entry.
inline TensorRef held(const Module::Tensors& tensors, std::string_view name) {
  const TensorRef* found = tensors.find(name);
  return found ? *found : TensorRef();
}

// The inputs of a forward that takes exactly `count` tensors. INVALID_ARGUMENT (TypeError).
void check_inputs(const Module& module, std::span<const TensorRef> inputs, size_t count);

// The tensors of a general call that takes nothing else. UNSUPPORTED (TypeError).
std::vector<TensorRef> tensors_of_call(const Module& module, const Value& arguments,
                                       const Value* keywords);

// Ends a forward with inplace=True: `input` becomes the result, with its history. STATE
// (RuntimeError) for a leaf that requires grad, a view of one, and where the history does not allow
// it.
void check_inplace(const Context& context, const Module& module, const Tensor& input);
TensorRef write_over(Context& context, const TensorRef& input, const TensorRef& result);

}  // namespace duramen::nn
