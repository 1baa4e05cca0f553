// torch.nn.init: PyTorch's names, the optional arguments by name.
//
//   init::kaiming_normal_(context, weight, {{"mode", "fan_out"}, {"nonlinearity", "relu"}});
//
// `duramen describe NAME` lists the arguments. init::apply takes the text of any of them.
#ifndef DURAMEN_CXX_INIT_HPP
#define DURAMEN_CXX_INIT_HPP

#include "options.hpp"

namespace DURAMEN_CXX::init {

// "kaiming_uniform_(a=0.2, mode='fan_out')".
inline Result<void> apply(ContextRef context, TensorRef tensor, std::string_view text) {
  return call([&](duramen_error** error) {
    return duramen_tensor_fill_from_text(context.get(), tensor.get(), text.data(), text.size(),
                                         error);
  });
}
// The initializer of that name.
inline Result<void> apply(ContextRef context, TensorRef tensor, std::string_view name,
                          OptionsRef options) {
  return call([&](duramen_error** error) {
    return duramen_tensor_fill_from_options(context.get(), tensor.get(), name.data(), name.size(),
                                            options.get(), error);
  });
}
inline Result<void> apply(ContextRef context, TensorRef tensor, std::string_view name,
                          Arguments arguments) {
  return DURAMEN_CXX::detail::then(Options::create(arguments), [&](const Options& options) {
    return apply(context, tensor, name, OptionsRef(options));
  });
}

// "calculate_gain('leaky_relu', 0.2)".
inline Result<double> calculate_gain(std::string_view text) {
  return read(0.0, [&](double* out, duramen_error** error) {
    return duramen_calculate_gain(text.data(), text.size(), out, error);
  });
}

inline Result<void> uniform_(ContextRef context, TensorRef tensor, double a = 0, double b = 1) {
  return apply(context, tensor, "uniform_", {{"a", a}, {"b", b}});
}
inline Result<void> normal_(ContextRef context, TensorRef tensor, double mean = 0, double std = 1) {
  return apply(context, tensor, "normal_", {{"mean", mean}, {"std", std}});
}
inline Result<void> trunc_normal_(ContextRef context, TensorRef tensor, Arguments more = {}) {
  return apply(context, tensor, "trunc_normal_", more);
}
inline Result<void> constant_(ContextRef context, TensorRef tensor, double val) {
  return apply(context, tensor, "constant_", {{"val", val}});
}
inline Result<void> ones_(ContextRef context, TensorRef tensor) {
  return apply(context, tensor, "ones_", Arguments{});
}
inline Result<void> zeros_(ContextRef context, TensorRef tensor) {
  return apply(context, tensor, "zeros_", Arguments{});
}
inline Result<void> eye_(ContextRef context, TensorRef tensor) {
  return apply(context, tensor, "eye_", Arguments{});
}
inline Result<void> dirac_(ContextRef context, TensorRef tensor, int64_t groups = 1) {
  return apply(context, tensor, "dirac_", {{"groups", groups}});
}
inline Result<void> xavier_uniform_(ContextRef context, TensorRef tensor, double gain = 1) {
  return apply(context, tensor, "xavier_uniform_", {{"gain", gain}});
}
inline Result<void> xavier_normal_(ContextRef context, TensorRef tensor, double gain = 1) {
  return apply(context, tensor, "xavier_normal_", {{"gain", gain}});
}
inline Result<void> kaiming_uniform_(ContextRef context, TensorRef tensor, Arguments more = {}) {
  return apply(context, tensor, "kaiming_uniform_", more);
}
inline Result<void> kaiming_normal_(ContextRef context, TensorRef tensor, Arguments more = {}) {
  return apply(context, tensor, "kaiming_normal_", more);
}
inline Result<void> orthogonal_(ContextRef context, TensorRef tensor, double gain = 1) {
  return apply(context, tensor, "orthogonal_", {{"gain", gain}});
}
inline Result<void> sparse_(ContextRef context, TensorRef tensor, double sparsity,
                            double std = 0.01) {
  return apply(context, tensor, "sparse_", {{"sparsity", sparsity}, {"std", std}});
}

}  // namespace DURAMEN_CXX::init

#endif
