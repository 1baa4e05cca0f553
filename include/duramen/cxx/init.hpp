// torch.nn.init: PyTorch's names, the optional arguments by name.
//
//   init::kaiming_normal_(context, weight, {{"mode", "fan_out"}, {"nonlinearity", "relu"}});
//
// `duramen describe NAME` lists the arguments. init::apply takes the text of any of them.
#ifndef DURAMEN_CXX_INIT_HPP
#define DURAMEN_CXX_INIT_HPP

#include "options.hpp"

namespace duramen::init {

// "kaiming_uniform_(a=0.2, mode='fan_out')".
inline void apply(ContextRef context, TensorRef tensor, std::string_view text) {
  call([&](duramen_error** error) {
    return duramen_tensor_fill_from_text(context.get(), tensor.get(), text.data(), text.size(),
                                         error);
  });
}
// The initializer of that name.
inline void apply(ContextRef context, TensorRef tensor, std::string_view name, OptionsRef options) {
  call([&](duramen_error** error) {
    return duramen_tensor_fill_from_options(context.get(), tensor.get(), name.data(), name.size(),
                                            options.get(), error);
  });
}
inline void apply(ContextRef context, TensorRef tensor, std::string_view name,
                  Arguments arguments) {
  const Options options(arguments);
  apply(context, tensor, name, options);
}

// "calculate_gain('leaky_relu', 0.2)".
inline double calculate_gain(std::string_view text) {
  double out = 0;
  call([&](duramen_error** error) {
    return duramen_calculate_gain(text.data(), text.size(), &out, error);
  });
  return out;
}

inline void uniform_(ContextRef context, TensorRef tensor, double a = 0, double b = 1) {
  apply(context, tensor, "uniform_", {{"a", a}, {"b", b}});
}
inline void normal_(ContextRef context, TensorRef tensor, double mean = 0, double std = 1) {
  apply(context, tensor, "normal_", {{"mean", mean}, {"std", std}});
}
inline void trunc_normal_(ContextRef context, TensorRef tensor, Arguments more = {}) {
  apply(context, tensor, "trunc_normal_", more);
}
inline void constant_(ContextRef context, TensorRef tensor, double val) {
  apply(context, tensor, "constant_", {{"val", val}});
}
inline void ones_(ContextRef context, TensorRef tensor) { apply(context, tensor, "ones_"); }
inline void zeros_(ContextRef context, TensorRef tensor) { apply(context, tensor, "zeros_"); }
inline void eye_(ContextRef context, TensorRef tensor) { apply(context, tensor, "eye_"); }
inline void dirac_(ContextRef context, TensorRef tensor, int64_t groups = 1) {
  apply(context, tensor, "dirac_", {{"groups", groups}});
}
inline void xavier_uniform_(ContextRef context, TensorRef tensor, double gain = 1) {
  apply(context, tensor, "xavier_uniform_", {{"gain", gain}});
}
inline void xavier_normal_(ContextRef context, TensorRef tensor, double gain = 1) {
  apply(context, tensor, "xavier_normal_", {{"gain", gain}});
}
inline void kaiming_uniform_(ContextRef context, TensorRef tensor, Arguments more = {}) {
  apply(context, tensor, "kaiming_uniform_", more);
}
inline void kaiming_normal_(ContextRef context, TensorRef tensor, Arguments more = {}) {
  apply(context, tensor, "kaiming_normal_", more);
}
inline void orthogonal_(ContextRef context, TensorRef tensor, double gain = 1) {
  apply(context, tensor, "orthogonal_", {{"gain", gain}});
}
inline void sparse_(ContextRef context, TensorRef tensor, double sparsity, double std = 0.01) {
  apply(context, tensor, "sparse_", {{"sparsity", sparsity}, {"std", std}});
}

}  // namespace duramen::init

#endif
