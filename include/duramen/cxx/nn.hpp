// Constructors of the library's modules, with PyTorch's names: what a type requires by position,
// the rest by name.
//
//   auto model = nn::Sequential(context, {nn::Conv2d(context, 1, 8, 3, {{"padding", 1}}),
//                                         nn::ReLU(context), nn::Flatten(context)});
//
// `duramen describe TYPE` lists the arguments of a type. nn::create makes any type of the registry,
// also those that have their state here but no forward:
//
//   auto pool = nn::create(context, "AvgPool1d", {{"kernel_size", 3}});
#ifndef DURAMEN_CXX_NN_HPP
#define DURAMEN_CXX_NN_HPP

#include "init.hpp"

namespace duramen::nn {

inline Module create(ContextRef context, std::string_view type, OptionsRef options) {
  return make<Module>([&](auto** out, auto** error) {
    return duramen_module_create(context.get(), type.data(), type.size(), options.get(), out,
                                 error);
  });
}
inline Module create(ContextRef context, std::string_view type, Arguments arguments = {}) {
  return create(context, type, Options(arguments));
}

namespace detail {

inline Module create(ContextRef context, std::string_view type, Arguments required,
                     Arguments more) {
  const Options options(required);
  for (const Argument& argument : more) options.set(argument);
  return nn::create(context, type, options);
}
inline Module create_list(ContextRef context, std::string_view type, std::string_view name,
                          std::initializer_list<ModuleRef> modules) {
  const Options options;
  for (const ModuleRef module : modules) options.add_module(name, module);
  return nn::create(context, type, options);
}

}  // namespace detail

// A name and a module, for the containers that have names.
struct Named {
  std::string_view name;
  ModuleRef module;
};

// ---- containers: an empty handle is None ----
inline Module Sequential(ContextRef context, std::initializer_list<ModuleRef> modules) {
  return detail::create_list(context, "Sequential", "args", modules);
}
inline Module Sequential(ContextRef context, std::initializer_list<Named> modules) {
  const Options options;
  for (const Named& child : modules) options.add_module("args", child.name, child.module);
  return create(context, "Sequential", options);
}
inline Module ModuleList(ContextRef context, std::initializer_list<ModuleRef> modules = {}) {
  return detail::create_list(context, "ModuleList", "modules", modules);
}
inline Module ModuleDict(ContextRef context, std::initializer_list<Named> modules = {}) {
  const Options options;
  for (const Named& child : modules) options.add_module("modules", child.name, child.module);
  return create(context, "ModuleDict", options);
}
inline Module ParameterList(ContextRef context, Arguments more = {}) {
  return create(context, "ParameterList", more);
}
inline Module ParameterDict(ContextRef context, Arguments more = {}) {
  return create(context, "ParameterDict", more);
}
// Without anything: parameters, buffers and children are registered on it.
inline Module Empty(ContextRef context) { return create(context, "Module"); }

// ---- layers with parameters ----
inline Module Linear(ContextRef context, int64_t in_features, int64_t out_features,
                     Arguments more = {}) {
  return detail::create(context, "Linear",
                        {{"in_features", in_features}, {"out_features", out_features}}, more);
}
// PyTorch's class of a MultiheadAttention's out_proj: a Linear.
inline Module NonDynamicallyQuantizableLinear(ContextRef context, int64_t in_features,
                                              int64_t out_features, Arguments more = {}) {
  return detail::create(context, "NonDynamicallyQuantizableLinear",
                        {{"in_features", in_features}, {"out_features", out_features}}, more);
}
inline Module Conv2d(ContextRef context, int64_t in_channels, int64_t out_channels,
                     const Sizes& kernel_size, Arguments more = {}) {
  return detail::create(
      context, "Conv2d",
      {{"in_channels", in_channels}, {"out_channels", out_channels}, {"kernel_size", kernel_size}},
      more);
}
inline Module Conv2d(ContextRef context, int64_t in_channels, int64_t out_channels,
                     int64_t kernel_size, Arguments more = {}) {
  return Conv2d(context, in_channels, out_channels, Sizes{kernel_size, kernel_size}, more);
}
inline Module Embedding(ContextRef context, int64_t num_embeddings, int64_t embedding_dim,
                        Arguments more = {}) {
  return detail::create(context, "Embedding",
                        {{"num_embeddings", num_embeddings}, {"embedding_dim", embedding_dim}},
                        more);
}
inline Module BatchNorm1d(ContextRef context, int64_t num_features, Arguments more = {}) {
  return detail::create(context, "BatchNorm1d", {{"num_features", num_features}}, more);
}
inline Module BatchNorm2d(ContextRef context, int64_t num_features, Arguments more = {}) {
  return detail::create(context, "BatchNorm2d", {{"num_features", num_features}}, more);
}
inline Module BatchNorm3d(ContextRef context, int64_t num_features, Arguments more = {}) {
  return detail::create(context, "BatchNorm3d", {{"num_features", num_features}}, more);
}
inline Module LayerNorm(ContextRef context, const Sizes& normalized_shape, Arguments more = {}) {
  return detail::create(context, "LayerNorm", {{"normalized_shape", normalized_shape}}, more);
}

// ---- lazy ones: the first input gives the sizes that are left out ----
inline Module LazyLinear(ContextRef context, int64_t out_features, Arguments more = {}) {
  return detail::create(context, "LazyLinear", {{"out_features", out_features}}, more);
}
inline Module LazyConv2d(ContextRef context, int64_t out_channels, int64_t kernel_size,
                         Arguments more = {}) {
  return detail::create(context, "LazyConv2d",
                        {{"out_channels", out_channels}, {"kernel_size", kernel_size}}, more);
}
inline Module LazyBatchNorm1d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyBatchNorm1d", more);
}
inline Module LazyBatchNorm2d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyBatchNorm2d", more);
}
inline Module LazyBatchNorm3d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyBatchNorm3d", more);
}

// ---- layers without ----
// On the CPU it runs its module.
inline Module DataParallel(ContextRef context, ModuleRef module, Arguments more = {}) {
  return detail::create(context, "DataParallel", {{"module", module}}, more);
}
inline Module NLLLoss(ContextRef context, Arguments more = {}) {
  return create(context, "NLLLoss", more);
}
inline Module NLLLoss2d(ContextRef context, Arguments more = {}) {
  return create(context, "NLLLoss2d", more);
}
inline Module Identity(ContextRef context) { return create(context, "Identity"); }
inline Module Flatten(ContextRef context, Arguments more = {}) {
  return create(context, "Flatten", more);
}
inline Module MaxPool2d(ContextRef context, int64_t kernel_size, Arguments more = {}) {
  return detail::create(context, "MaxPool2d", {{"kernel_size", kernel_size}}, more);
}
inline Module AdaptiveAvgPool2d(ContextRef context, int64_t output_size) {
  return create(context, "AdaptiveAvgPool2d", {{"output_size", output_size}});
}
inline Module Dropout(ContextRef context, double p = 0.5, Arguments more = {}) {
  return detail::create(context, "Dropout", {{"p", p}}, more);
}
inline Module ReLU(ContextRef context, Arguments more = {}) {
  return create(context, "ReLU", more);
}
inline Module ReLU6(ContextRef context, Arguments more = {}) {
  return create(context, "ReLU6", more);
}
inline Module LeakyReLU(ContextRef context, double negative_slope = 0.01, Arguments more = {}) {
  return detail::create(context, "LeakyReLU", {{"negative_slope", negative_slope}}, more);
}
inline Module Softmin(ContextRef context, int64_t dim) {
  return create(context, "Softmin", {{"dim", dim}});
}
inline Module Softmax2d(ContextRef context) { return create(context, "Softmax2d"); }
inline Module GELU(ContextRef context, Arguments more = {}) {
  return create(context, "GELU", more);
}
inline Module SiLU(ContextRef context, Arguments more = {}) {
  return create(context, "SiLU", more);
}
inline Module Tanh(ContextRef context) { return create(context, "Tanh"); }
inline Module Sigmoid(ContextRef context) { return create(context, "Sigmoid"); }
inline Module Softmax(ContextRef context, int64_t dim) {
  return create(context, "Softmax", {{"dim", dim}});
}
inline Module LogSoftmax(ContextRef context, int64_t dim) {
  return create(context, "LogSoftmax", {{"dim", dim}});
}

// ---- losses ----
inline Module CrossEntropyLoss(ContextRef context, Arguments more = {}) {
  return create(context, "CrossEntropyLoss", more);
}
inline Module MSELoss(ContextRef context, Arguments more = {}) {
  return create(context, "MSELoss", more);
}

}  // namespace duramen::nn

#endif
