// clang-format off
// The modules of the library: written by tools/registry.py from the registry. What a type requires is
// given by position, all else by name: nn::Conv2d(context, 1, 8, 3, {{"padding", 1}}).
#ifndef DURAMEN_CXX_NN_LAYERS_HPP
#define DURAMEN_CXX_NN_LAYERS_HPP

#include "nn.hpp"

namespace DURAMEN_CXX::nn {

// Gives back its input. Takes any arguments and ignores them.
inline Result<Module> Identity(ContextRef context, Arguments more = {}) {
  return create(context, "Identity", more);
}

// Joins a range of dimensions into one.
// By name: start_dim=1, end_dim=-1.
inline Result<Module> Flatten(ContextRef context, Arguments more = {}) {
  return create(context, "Flatten", more);
}

// The largest element of each window of the planes. Input: (N, C, H, W) or (C, H, W).
// By name: stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False.
inline Result<Module> MaxPool2d(ContextRef context, const ArgumentValue& kernel_size,
                                Arguments more = {}) {
  return detail::create(context, "MaxPool2d", {{"kernel_size", kernel_size}}, more);
}

// Means of as many windows as wanted, which cover each plane. Input: (N, C, H, W) or (C, H, W).
inline Result<Module> AdaptiveAvgPool2d(ContextRef context, const ArgumentValue& output_size,
                                        Arguments more = {}) {
  return detail::create(context, "AdaptiveAvgPool2d", {{"output_size", output_size}}, more);
}

// max(x, 0) of each element.
// By name: inplace=False.
inline Result<Module> ReLU(ContextRef context, Arguments more = {}) {
  return create(context, "ReLU", more);
}

// tanh(x) of each element.
inline Result<Module> Tanh(ContextRef context, Arguments more = {}) {
  return create(context, "Tanh", more);
}

// 1 / (1 + exp(-x)) of each element.
inline Result<Module> Sigmoid(ContextRef context, Arguments more = {}) {
  return create(context, "Sigmoid", more);
}

// x / (1 + exp(-x)) of each element.
// By name: inplace=False.
inline Result<Module> SiLU(ContextRef context, Arguments more = {}) {
  return create(context, "SiLU", more);
}

// x times the normal distribution function of x, of each element.
// By name: approximate='none'.
inline Result<Module> GELU(ContextRef context, Arguments more = {}) {
  return create(context, "GELU", more);
}

// exp(x), scaled to the sum 1 along a dimension.
inline Result<Module> Softmax(ContextRef context, const ArgumentValue& dim = nullptr,
                              Arguments more = {}) {
  return detail::create(context, "Softmax", {{"dim", dim}}, more);
}

// The logarithm of Softmax.
inline Result<Module> LogSoftmax(ContextRef context, const ArgumentValue& dim = nullptr,
                                 Arguments more = {}) {
  return detail::create(context, "LogSoftmax", {{"dim", dim}}, more);
}

// y = x Aᵀ + b. Parameters: weight (out_features, in_features), bias (out_features).
// By name: bias=True, device=None, dtype=None.
inline Result<Module> Linear(ContextRef context, int64_t in_features, int64_t out_features,
                             Arguments more = {}) {
  return detail::create(context, "Linear", {{"in_features", in_features},
                        {"out_features", out_features}}, more);
}

// Linear, inside of MultiheadAttention.
// By name: bias=True, device=None, dtype=None.
inline Result<Module> NonDynamicallyQuantizableLinear(ContextRef context, int64_t in_features,
                                                      int64_t out_features, Arguments more = {}) {
  return detail::create(context, "NonDynamicallyQuantizableLinear", {{"in_features", in_features},
                        {"out_features", out_features}}, more);
}

// y = x₁ᵀ A x₂ + b. Parameters: weight (out_features, in1_features, in2_features), bias
// (out_features).
// By name: bias=True, device=None, dtype=None.
inline Result<Module> Bilinear(ContextRef context, int64_t in1_features, int64_t in2_features,
                               int64_t out_features, Arguments more = {}) {
  return detail::create(context, "Bilinear", {{"in1_features", in1_features},
                        {"in2_features", in2_features}, {"out_features", out_features}}, more);
}

// Cross-correlates rows with learned kernels. Input: (N, C, L) or (C, L). Parameters: weight
// (out_channels, in_channels / groups, size), bias (out_channels).
// By name: stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None,
// dtype=None.
inline Result<Module> Conv1d(ContextRef context, int64_t in_channels, int64_t out_channels,
                             const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "Conv1d", {{"in_channels", in_channels},
                        {"out_channels", out_channels}, {"kernel_size", kernel_size}}, more);
}

// Cross-correlates planes with learned kernels. Input: (N, C, H, W) or (C, H, W). Parameters:
// weight (out_channels, in_channels / groups, rows, columns), bias (out_channels).
// By name: stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None,
// dtype=None.
inline Result<Module> Conv2d(ContextRef context, int64_t in_channels, int64_t out_channels,
                             const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "Conv2d", {{"in_channels", in_channels},
                        {"out_channels", out_channels}, {"kernel_size", kernel_size}}, more);
}

// Cross-correlates volumes with learned kernels. Input: (N, C, D, H, W) or (C, D, H, W).
// Parameters: weight (out_channels, in_channels / groups, depth, rows, columns), bias
// (out_channels).
// By name: stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None,
// dtype=None.
inline Result<Module> Conv3d(ContextRef context, int64_t in_channels, int64_t out_channels,
                             const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "Conv3d", {{"in_channels", in_channels},
                        {"out_channels", out_channels}, {"kernel_size", kernel_size}}, more);
}

// The transpose of Conv1d as a map. Parameters: weight (in_channels, out_channels / groups, size),
// bias (out_channels).
// By name: stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
// padding_mode='zeros', device=None, dtype=None.
inline Result<Module> ConvTranspose1d(ContextRef context, int64_t in_channels, int64_t out_channels,
                                      const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "ConvTranspose1d", {{"in_channels", in_channels},
                        {"out_channels", out_channels}, {"kernel_size", kernel_size}}, more);
}

// The transpose of Conv2d as a map. Parameters: weight (in_channels, out_channels / groups, rows,
// columns), bias (out_channels).
// By name: stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
// padding_mode='zeros', device=None, dtype=None.
inline Result<Module> ConvTranspose2d(ContextRef context, int64_t in_channels, int64_t out_channels,
                                      const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "ConvTranspose2d", {{"in_channels", in_channels},
                        {"out_channels", out_channels}, {"kernel_size", kernel_size}}, more);
}

// The transpose of Conv3d as a map. Parameters: weight (in_channels, out_channels / groups, depth,
// rows, columns), bias (out_channels).
// By name: stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
// padding_mode='zeros', device=None, dtype=None.
inline Result<Module> ConvTranspose3d(ContextRef context, int64_t in_channels, int64_t out_channels,
                                      const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "ConvTranspose3d", {{"in_channels", in_channels},
                        {"out_channels", out_channels}, {"kernel_size", kernel_size}}, more);
}

// Normalises each channel over the batch of a 2-D or 3-D input. Parameters: weight, bias
// (num_features); buffers: running_mean, running_var, num_batches_tracked.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> BatchNorm1d(ContextRef context, int64_t num_features, Arguments more = {}) {
  return detail::create(context, "BatchNorm1d", {{"num_features", num_features}}, more);
}

// Normalises each channel over the batch and the two other dimensions of a 4-D input. State as
// BatchNorm1d.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> BatchNorm2d(ContextRef context, int64_t num_features, Arguments more = {}) {
  return detail::create(context, "BatchNorm2d", {{"num_features", num_features}}, more);
}

// Normalises each channel over the batch and the three other dimensions of a 5-D input. State as
// BatchNorm1d.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> BatchNorm3d(ContextRef context, int64_t num_features, Arguments more = {}) {
  return detail::create(context, "BatchNorm3d", {{"num_features", num_features}}, more);
}

// Batch normalisation over the batches of several processes. State as BatchNorm1d.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, process_group=None,
// device=None, dtype=None, bias=True.
inline Result<Module> SyncBatchNorm(ContextRef context, int64_t num_features, Arguments more = {}) {
  return detail::create(context, "SyncBatchNorm", {{"num_features", num_features}}, more);
}

// Normalises each channel of each sample. Parameters with affine: weight, bias (num_features);
// buffers with track_running_stats: running_mean, running_var, num_batches_tracked.
// By name: eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None,
// dtype=None, bias=True.
inline Result<Module> InstanceNorm1d(ContextRef context, int64_t num_features,
                                     Arguments more = {}) {
  return detail::create(context, "InstanceNorm1d", {{"num_features", num_features}}, more);
}

// Normalises each channel of each sample. Parameters with affine: weight, bias (num_features);
// buffers with track_running_stats: running_mean, running_var, num_batches_tracked.
// By name: eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None,
// dtype=None, bias=True.
inline Result<Module> InstanceNorm2d(ContextRef context, int64_t num_features,
                                     Arguments more = {}) {
  return detail::create(context, "InstanceNorm2d", {{"num_features", num_features}}, more);
}

// Normalises each channel of each sample. Parameters with affine: weight, bias (num_features);
// buffers with track_running_stats: running_mean, running_var, num_batches_tracked.
// By name: eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None,
// dtype=None, bias=True.
inline Result<Module> InstanceNorm3d(ContextRef context, int64_t num_features,
                                     Arguments more = {}) {
  return detail::create(context, "InstanceNorm3d", {{"num_features", num_features}}, more);
}

// Normalises the last dimensions of each sample. Parameters: weight, bias (normalized_shape).
// By name: eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None.
inline Result<Module> LayerNorm(ContextRef context, const ArgumentValue& normalized_shape,
                                Arguments more = {}) {
  return detail::create(context, "LayerNorm", {{"normalized_shape", normalized_shape}}, more);
}

// Divides the last dimensions of each sample by their root mean square. Parameter: weight
// (normalized_shape).
// By name: eps=None, elementwise_affine=True, device=None, dtype=None.
inline Result<Module> RMSNorm(ContextRef context, const ArgumentValue& normalized_shape,
                              Arguments more = {}) {
  return detail::create(context, "RMSNorm", {{"normalized_shape", normalized_shape}}, more);
}

// Normalises groups of the channels of each sample. Parameters: weight, bias (num_channels).
// By name: eps=1e-05, affine=True, device=None, dtype=None, bias=True.
inline Result<Module> GroupNorm(ContextRef context, int64_t num_groups, int64_t num_channels,
                                Arguments more = {}) {
  return detail::create(context, "GroupNorm", {{"num_groups", num_groups},
                        {"num_channels", num_channels}}, more);
}

// Rows of a table by number. Parameter: weight (num_embeddings, embedding_dim).
// By name: padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False,
// _weight=None, _freeze=False, device=None, dtype=None.
inline Result<Module> Embedding(ContextRef context, int64_t num_embeddings, int64_t embedding_dim,
                                Arguments more = {}) {
  return detail::create(context, "Embedding", {{"num_embeddings", num_embeddings},
                        {"embedding_dim", embedding_dim}}, more);
}

// Sums, means or maxima of rows of a table. Parameter: weight (num_embeddings, embedding_dim).
// By name: max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False,
// _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None.
inline Result<Module> EmbeddingBag(ContextRef context, int64_t num_embeddings,
                                   int64_t embedding_dim, Arguments more = {}) {
  return detail::create(context, "EmbeddingBag", {{"num_embeddings", num_embeddings},
                        {"embedding_dim", embedding_dim}}, more);
}

// While training, zeroes elements at random and scales the others by 1 / (1 - p).
// By name: inplace=False.
inline Result<Module> Dropout(ContextRef context, const ArgumentValue& p = 0.5,
                              Arguments more = {}) {
  return detail::create(context, "Dropout", {{"p", p}}, more);
}

// While training, zeroes whole channels at random and scales the others by 1 / (1 - p).
// By name: p=0.5, inplace=False.
inline Result<Module> Dropout1d(ContextRef context, Arguments more = {}) {
  return create(context, "Dropout1d", more);
}

// While training, zeroes whole channels at random and scales the others by 1 / (1 - p).
// By name: p=0.5, inplace=False.
inline Result<Module> Dropout2d(ContextRef context, Arguments more = {}) {
  return create(context, "Dropout2d", more);
}

// While training, zeroes whole channels at random and scales the others by 1 / (1 - p).
// By name: p=0.5, inplace=False.
inline Result<Module> Dropout3d(ContextRef context, Arguments more = {}) {
  return create(context, "Dropout3d", more);
}

// While training, sets elements at random to SELU's lowest value, and keeps mean and variance.
// By name: p=0.5, inplace=False.
inline Result<Module> AlphaDropout(ContextRef context, Arguments more = {}) {
  return create(context, "AlphaDropout", more);
}

// AlphaDropout of whole channels.
// By name: p=0.5, inplace=False.
inline Result<Module> FeatureAlphaDropout(ContextRef context, Arguments more = {}) {
  return create(context, "FeatureAlphaDropout", more);
}

// x above a threshold, else a value.
// By name: inplace=False.
inline Result<Module> Threshold(ContextRef context, const ArgumentValue& threshold,
                                const ArgumentValue& value, Arguments more = {}) {
  return detail::create(context, "Threshold", {{"threshold", threshold}, {"value", value}}, more);
}

// max(x, 0) + slope * min(x, 0); while training with random slopes.
// By name: lower=0.125, upper=0.3333333333333333, inplace=False.
inline Result<Module> RReLU(ContextRef context, Arguments more = {}) {
  return create(context, "RReLU", more);
}

// x between two bounds.
// By name: min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None.
inline Result<Module> Hardtanh(ContextRef context, Arguments more = {}) {
  return create(context, "Hardtanh", more);
}

// x between 0 and 6.
// By name: inplace=False.
inline Result<Module> ReLU6(ContextRef context, Arguments more = {}) {
  return create(context, "ReLU6", more);
}

// x / 6 + 1 / 2 between 0 and 1.
// By name: inplace=False.
inline Result<Module> Hardsigmoid(ContextRef context, Arguments more = {}) {
  return create(context, "Hardsigmoid", more);
}

// x * tanh(softplus(x)).
// By name: inplace=False.
inline Result<Module> Mish(ContextRef context, Arguments more = {}) {
  return create(context, "Mish", more);
}

// x * hardsigmoid(x).
// By name: inplace=False.
inline Result<Module> Hardswish(ContextRef context, Arguments more = {}) {
  return create(context, "Hardswish", more);
}

// x above 0, else alpha * (exp(x) - 1).
// By name: alpha=1.0, inplace=False.
inline Result<Module> ELU(ContextRef context, Arguments more = {}) {
  return create(context, "ELU", more);
}

// x above 0, else alpha * (exp(x / alpha) - 1).
// By name: alpha=1.0, inplace=False.
inline Result<Module> CELU(ContextRef context, Arguments more = {}) {
  return create(context, "CELU", more);
}

// ELU scaled so that mean 0 and variance 1 stay what they are.
// By name: inplace=False.
inline Result<Module> SELU(ContextRef context, Arguments more = {}) {
  return create(context, "SELU", more);
}

// a * sigmoid(b), where a and b are the halves of x.
// By name: dim=-1.
inline Result<Module> GLU(ContextRef context, Arguments more = {}) {
  return create(context, "GLU", more);
}

// x beyond lambd on either side, else 0.
// By name: lambd=0.5.
inline Result<Module> Hardshrink(ContextRef context, Arguments more = {}) {
  return create(context, "Hardshrink", more);
}

// x, with a slope below 0.
// By name: inplace=False.
inline Result<Module> LeakyReLU(ContextRef context, const ArgumentValue& negative_slope = 0.01,
                                Arguments more = {}) {
  return detail::create(context, "LeakyReLU", {{"negative_slope", negative_slope}}, more);
}

// The logarithm of sigmoid(x).
inline Result<Module> LogSigmoid(ContextRef context, Arguments more = {}) {
  return create(context, "LogSigmoid", more);
}

// log(1 + exp(beta * x)) / beta.
// By name: beta=1.0, threshold=20.0.
inline Result<Module> Softplus(ContextRef context, Arguments more = {}) {
  return create(context, "Softplus", more);
}

// x moved toward 0 by lambd, and not beyond.
// By name: lambd=0.5.
inline Result<Module> Softshrink(ContextRef context, Arguments more = {}) {
  return create(context, "Softshrink", more);
}

// x / (1 + |x|).
inline Result<Module> Softsign(ContextRef context, Arguments more = {}) {
  return create(context, "Softsign", more);
}

// x - tanh(x).
inline Result<Module> Tanhshrink(ContextRef context, Arguments more = {}) {
  return create(context, "Tanhshrink", more);
}

// Softmax of -x.
inline Result<Module> Softmin(ContextRef context, const ArgumentValue& dim = nullptr,
                              Arguments more = {}) {
  return detail::create(context, "Softmin", {{"dim", dim}}, more);
}

// Softmax over the channels of (N, C, H, W) or (C, H, W).
inline Result<Module> Softmax2d(ContextRef context, Arguments more = {}) {
  return create(context, "Softmax2d", more);
}

// x, with learned slopes below 0. Parameter: weight (num_parameters).
// By name: num_parameters=1, init=0.25, device=None, dtype=None.
inline Result<Module> PReLU(ContextRef context, Arguments more = {}) {
  return create(context, "PReLU", more);
}

// Puts a constant around each sample.
inline Result<Module> ConstantPad1d(ContextRef context, const ArgumentValue& padding,
                                    const ArgumentValue& value, Arguments more = {}) {
  return detail::create(context, "ConstantPad1d", {{"padding", padding}, {"value", value}}, more);
}

// Puts a constant around each sample.
inline Result<Module> ConstantPad2d(ContextRef context, const ArgumentValue& padding,
                                    const ArgumentValue& value, Arguments more = {}) {
  return detail::create(context, "ConstantPad2d", {{"padding", padding}, {"value", value}}, more);
}

// Puts a constant around each sample.
inline Result<Module> ConstantPad3d(ContextRef context, const ArgumentValue& padding,
                                    const ArgumentValue& value, Arguments more = {}) {
  return detail::create(context, "ConstantPad3d", {{"padding", padding}, {"value", value}}, more);
}

// Puts zeros around each sample.
inline Result<Module> ZeroPad1d(ContextRef context, const ArgumentValue& padding,
                                Arguments more = {}) {
  return detail::create(context, "ZeroPad1d", {{"padding", padding}}, more);
}

// Puts zeros around each sample.
inline Result<Module> ZeroPad2d(ContextRef context, const ArgumentValue& padding,
                                Arguments more = {}) {
  return detail::create(context, "ZeroPad2d", {{"padding", padding}}, more);
}

// Puts zeros around each sample.
inline Result<Module> ZeroPad3d(ContextRef context, const ArgumentValue& padding,
                                Arguments more = {}) {
  return detail::create(context, "ZeroPad3d", {{"padding", padding}}, more);
}

// Continues each sample by its mirror image, the edge not repeated.
inline Result<Module> ReflectionPad1d(ContextRef context, const ArgumentValue& padding,
                                      Arguments more = {}) {
  return detail::create(context, "ReflectionPad1d", {{"padding", padding}}, more);
}

// Continues each sample by its mirror image, the edge not repeated.
inline Result<Module> ReflectionPad2d(ContextRef context, const ArgumentValue& padding,
                                      Arguments more = {}) {
  return detail::create(context, "ReflectionPad2d", {{"padding", padding}}, more);
}

// Continues each sample by its mirror image, the edge not repeated.
inline Result<Module> ReflectionPad3d(ContextRef context, const ArgumentValue& padding,
                                      Arguments more = {}) {
  return detail::create(context, "ReflectionPad3d", {{"padding", padding}}, more);
}

// Continues each sample by its edge.
inline Result<Module> ReplicationPad1d(ContextRef context, const ArgumentValue& padding,
                                       Arguments more = {}) {
  return detail::create(context, "ReplicationPad1d", {{"padding", padding}}, more);
}

// Continues each sample by its edge.
inline Result<Module> ReplicationPad2d(ContextRef context, const ArgumentValue& padding,
                                       Arguments more = {}) {
  return detail::create(context, "ReplicationPad2d", {{"padding", padding}}, more);
}

// Continues each sample by its edge.
inline Result<Module> ReplicationPad3d(ContextRef context, const ArgumentValue& padding,
                                       Arguments more = {}) {
  return detail::create(context, "ReplicationPad3d", {{"padding", padding}}, more);
}

// Continues each sample by its other end.
inline Result<Module> CircularPad1d(ContextRef context, const ArgumentValue& padding,
                                    Arguments more = {}) {
  return detail::create(context, "CircularPad1d", {{"padding", padding}}, more);
}

// Continues each sample by its other end.
inline Result<Module> CircularPad2d(ContextRef context, const ArgumentValue& padding,
                                    Arguments more = {}) {
  return detail::create(context, "CircularPad2d", {{"padding", padding}}, more);
}

// Continues each sample by its other end.
inline Result<Module> CircularPad3d(ContextRef context, const ArgumentValue& padding,
                                    Arguments more = {}) {
  return detail::create(context, "CircularPad3d", {{"padding", padding}}, more);
}

// The largest element of each window.
// By name: stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False.
inline Result<Module> MaxPool1d(ContextRef context, const ArgumentValue& kernel_size,
                                Arguments more = {}) {
  return detail::create(context, "MaxPool1d", {{"kernel_size", kernel_size}}, more);
}

// The largest element of each window.
// By name: stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False.
inline Result<Module> MaxPool3d(ContextRef context, const ArgumentValue& kernel_size,
                                Arguments more = {}) {
  return detail::create(context, "MaxPool3d", {{"kernel_size", kernel_size}}, more);
}

// The mean of each window.
// By name: stride=None, padding=0, ceil_mode=False, count_include_pad=True.
inline Result<Module> AvgPool1d(ContextRef context, const ArgumentValue& kernel_size,
                                Arguments more = {}) {
  return detail::create(context, "AvgPool1d", {{"kernel_size", kernel_size}}, more);
}

// The mean of each window.
// By name: stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None.
inline Result<Module> AvgPool2d(ContextRef context, const ArgumentValue& kernel_size,
                                Arguments more = {}) {
  return detail::create(context, "AvgPool2d", {{"kernel_size", kernel_size}}, more);
}

// The mean of each window.
// By name: stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None.
inline Result<Module> AvgPool3d(ContextRef context, const ArgumentValue& kernel_size,
                                Arguments more = {}) {
  return detail::create(context, "AvgPool3d", {{"kernel_size", kernel_size}}, more);
}

// Maxima of as many windows as wanted, which cover each sample.
// By name: return_indices=False.
inline Result<Module> AdaptiveMaxPool1d(ContextRef context, const ArgumentValue& output_size,
                                        Arguments more = {}) {
  return detail::create(context, "AdaptiveMaxPool1d", {{"output_size", output_size}}, more);
}

// Maxima of as many windows as wanted, which cover each sample.
// By name: return_indices=False.
inline Result<Module> AdaptiveMaxPool2d(ContextRef context, const ArgumentValue& output_size,
                                        Arguments more = {}) {
  return detail::create(context, "AdaptiveMaxPool2d", {{"output_size", output_size}}, more);
}

// Maxima of as many windows as wanted, which cover each sample.
// By name: return_indices=False.
inline Result<Module> AdaptiveMaxPool3d(ContextRef context, const ArgumentValue& output_size,
                                        Arguments more = {}) {
  return detail::create(context, "AdaptiveMaxPool3d", {{"output_size", output_size}}, more);
}

// Means of as many windows as wanted, which cover each sample.
inline Result<Module> AdaptiveAvgPool1d(ContextRef context, const ArgumentValue& output_size,
                                        Arguments more = {}) {
  return detail::create(context, "AdaptiveAvgPool1d", {{"output_size", output_size}}, more);
}

// Means of as many windows as wanted, which cover each sample.
inline Result<Module> AdaptiveAvgPool3d(ContextRef context, const ArgumentValue& output_size,
                                        Arguments more = {}) {
  return detail::create(context, "AdaptiveAvgPool3d", {{"output_size", output_size}}, more);
}

// The p-norm of each window.
// By name: stride=None, ceil_mode=False.
inline Result<Module> LPPool1d(ContextRef context, const ArgumentValue& norm_type,
                               const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LPPool1d", {{"norm_type", norm_type},
                        {"kernel_size", kernel_size}}, more);
}

// The p-norm of each window.
// By name: stride=None, ceil_mode=False.
inline Result<Module> LPPool2d(ContextRef context, const ArgumentValue& norm_type,
                               const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LPPool2d", {{"norm_type", norm_type},
                        {"kernel_size", kernel_size}}, more);
}

// The p-norm of each window.
// By name: stride=None, ceil_mode=False.
inline Result<Module> LPPool3d(ContextRef context, const ArgumentValue& norm_type,
                               const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LPPool3d", {{"norm_type", norm_type},
                        {"kernel_size", kernel_size}}, more);
}

// Puts maxima back where they were, by their indices, among zeros.
// By name: stride=None, padding=0.
inline Result<Module> MaxUnpool1d(ContextRef context, const ArgumentValue& kernel_size,
                                  Arguments more = {}) {
  return detail::create(context, "MaxUnpool1d", {{"kernel_size", kernel_size}}, more);
}

// Puts maxima back where they were, by their indices, among zeros.
// By name: stride=None, padding=0.
inline Result<Module> MaxUnpool2d(ContextRef context, const ArgumentValue& kernel_size,
                                  Arguments more = {}) {
  return detail::create(context, "MaxUnpool2d", {{"kernel_size", kernel_size}}, more);
}

// Puts maxima back where they were, by their indices, among zeros.
// By name: stride=None, padding=0.
inline Result<Module> MaxUnpool3d(ContextRef context, const ArgumentValue& kernel_size,
                                  Arguments more = {}) {
  return detail::create(context, "MaxUnpool3d", {{"kernel_size", kernel_size}}, more);
}

// The largest element of windows at random places. Buffer: _random_samples, when given.
// By name: output_size=None, output_ratio=None, return_indices=False, _random_samples=None.
inline Result<Module> FractionalMaxPool2d(ContextRef context, const ArgumentValue& kernel_size,
                                          Arguments more = {}) {
  return detail::create(context, "FractionalMaxPool2d", {{"kernel_size", kernel_size}}, more);
}

// The largest element of windows at random places. Buffer: _random_samples, when given.
// By name: output_size=None, output_ratio=None, return_indices=False, _random_samples=None.
inline Result<Module> FractionalMaxPool3d(ContextRef context, const ArgumentValue& kernel_size,
                                          Arguments more = {}) {
  return detail::create(context, "FractionalMaxPool3d", {{"kernel_size", kernel_size}}, more);
}

// Divides a dimension into several.
inline Result<Module> Unflatten(ContextRef context, const ArgumentValue& dim,
                                const ArgumentValue& unflattened_size, Arguments more = {}) {
  return detail::create(context, "Unflatten", {{"dim", dim},
                        {"unflattened_size", unflattened_size}}, more);
}

// Adds blocks, one a column, up to planes.
// By name: dilation=1, padding=0, stride=1.
inline Result<Module> Fold(ContextRef context, const ArgumentValue& output_size,
                           const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "Fold", {{"output_size", output_size},
                        {"kernel_size", kernel_size}}, more);
}

// The blocks of planes, one a column.
// By name: dilation=1, padding=0, stride=1.
inline Result<Module> Unfold(ContextRef context, const ArgumentValue& kernel_size,
                             Arguments more = {}) {
  return detail::create(context, "Unfold", {{"kernel_size", kernel_size}}, more);
}

// Makes planes larger out of channels.
inline Result<Module> PixelShuffle(ContextRef context, const ArgumentValue& upscale_factor,
                                   Arguments more = {}) {
  return detail::create(context, "PixelShuffle", {{"upscale_factor", upscale_factor}}, more);
}

// Undoes PixelShuffle.
inline Result<Module> PixelUnshuffle(ContextRef context, const ArgumentValue& downscale_factor,
                                     Arguments more = {}) {
  return detail::create(context, "PixelUnshuffle", {{"downscale_factor", downscale_factor}}, more);
}

// Takes turns between groups of channels.
inline Result<Module> ChannelShuffle(ContextRef context, const ArgumentValue& groups,
                                     Arguments more = {}) {
  return detail::create(context, "ChannelShuffle", {{"groups", groups}}, more);
}

// Enlarges samples of 1 to 3 dimensions.
// By name: size=None, scale_factor=None, mode='nearest', align_corners=None,
// recompute_scale_factor=None.
inline Result<Module> Upsample(ContextRef context, Arguments more = {}) {
  return create(context, "Upsample", more);
}

// Enlarges planes; repeats elements.
// By name: size=None, scale_factor=None.
inline Result<Module> UpsamplingNearest2d(ContextRef context, Arguments more = {}) {
  return create(context, "UpsamplingNearest2d", more);
}

// Enlarges planes; interpolates, corners kept.
// By name: size=None, scale_factor=None.
inline Result<Module> UpsamplingBilinear2d(ContextRef context, Arguments more = {}) {
  return create(context, "UpsamplingBilinear2d", more);
}

// The cosine between two vectors.
// By name: dim=1, eps=1e-08.
inline Result<Module> CosineSimilarity(ContextRef context, Arguments more = {}) {
  return create(context, "CosineSimilarity", more);
}

// The p-norm of the difference of two vectors.
// By name: p=2.0, eps=1e-06, keepdim=False.
inline Result<Module> PairwiseDistance(ContextRef context, Arguments more = {}) {
  return create(context, "PairwiseDistance", more);
}

// Divides by a power of the mean of squares over neighbouring channels.
// By name: alpha=0.0001, beta=0.75, k=1.0.
inline Result<Module> LocalResponseNorm(ContextRef context, const ArgumentValue& size,
                                        Arguments more = {}) {
  return detail::create(context, "LocalResponseNorm", {{"size", size}}, more);
}

// Divides by a power of the mean of squares over neighbouring channels.
// By name: alpha=0.0001, beta=0.75, k=1.
inline Result<Module> CrossMapLRN2d(ContextRef context, const ArgumentValue& size,
                                    Arguments more = {}) {
  return detail::create(context, "CrossMapLRN2d", {{"size", size}}, more);
}

// Absolute difference of two tensors.
// By name: size_average=None, reduce=None, reduction='mean'.
inline Result<Module> L1Loss(ContextRef context, Arguments more = {}) {
  return create(context, "L1Loss", more);
}

// Squared difference of two tensors.
// By name: size_average=None, reduce=None, reduction='mean'.
inline Result<Module> MSELoss(ContextRef context, Arguments more = {}) {
  return create(context, "MSELoss", more);
}

// Squared difference near zero, absolute difference elsewhere.
// By name: size_average=None, reduce=None, reduction='mean', beta=1.0.
inline Result<Module> SmoothL1Loss(ContextRef context, Arguments more = {}) {
  return create(context, "SmoothL1Loss", more);
}

// Half the squared difference near zero, delta times the absolute one elsewhere.
// By name: reduction='mean', delta=1.0.
inline Result<Module> HuberLoss(ContextRef context, Arguments more = {}) {
  return create(context, "HuberLoss", more);
}

// Kullback-Leibler divergence of log-probabilities.
// By name: size_average=None, reduce=None, reduction='mean', log_target=False.
inline Result<Module> KLDivLoss(ContextRef context, Arguments more = {}) {
  return create(context, "KLDivLoss", more);
}

// Negative log-likelihood of counts under Poisson rates.
// By name: log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'.
inline Result<Module> PoissonNLLLoss(ContextRef context, Arguments more = {}) {
  return create(context, "PoissonNLLLoss", more);
}

// Negative log-likelihood under normal distributions of given variances.
// By name: full=False, eps=1e-06, reduction='mean'.
inline Result<Module> GaussianNLLLoss(ContextRef context, Arguments more = {}) {
  return create(context, "GaussianNLLLoss", more);
}

// Connectionist temporal classification.
// By name: blank=0, reduction='mean', zero_infinity=False.
inline Result<Module> CTCLoss(ContextRef context, Arguments more = {}) {
  return create(context, "CTCLoss", more);
}

// A distance where the target is 1, what it lacks of the margin where it is -1.
// By name: margin=1.0, size_average=None, reduce=None, reduction='mean'.
inline Result<Module> HingeEmbeddingLoss(ContextRef context, Arguments more = {}) {
  return create(context, "HingeEmbeddingLoss", more);
}

// Which of two values is to be the larger one.
// By name: margin=0.0, size_average=None, reduce=None, reduction='mean'.
inline Result<Module> MarginRankingLoss(ContextRef context, Arguments more = {}) {
  return create(context, "MarginRankingLoss", more);
}

// The angle of two vectors, alike or not.
// By name: margin=0.0, size_average=None, reduce=None, reduction='mean'.
inline Result<Module> CosineEmbeddingLoss(ContextRef context, Arguments more = {}) {
  return create(context, "CosineEmbeddingLoss", more);
}

// An anchor nearer to its positive than to its negative.
// By name: margin=1.0, p=2.0, eps=1e-06, swap=False, size_average=None, reduce=None,
// reduction='mean'.
inline Result<Module> TripletMarginLoss(ContextRef context, Arguments more = {}) {
  return create(context, "TripletMarginLoss", more);
}

// Margins between labels that hold and the others.
// By name: size_average=None, reduce=None, reduction='mean'.
inline Result<Module> MultiLabelMarginLoss(ContextRef context, Arguments more = {}) {
  return create(context, "MultiLabelMarginLoss", more);
}

// Logistic loss of targets 1 and -1.
// By name: size_average=None, reduce=None, reduction='mean'.
inline Result<Module> SoftMarginLoss(ContextRef context, Arguments more = {}) {
  return create(context, "SoftMarginLoss", more);
}

// Negative log-likelihood of class numbers. Buffer: weight, when given.
// By name: weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'.
inline Result<Module> NLLLoss(ContextRef context, Arguments more = {}) {
  return create(context, "NLLLoss", more);
}

// The old name of NLLLoss.
// By name: weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'.
inline Result<Module> NLLLoss2d(ContextRef context, Arguments more = {}) {
  return create(context, "NLLLoss2d", more);
}

// Cross entropy between unnormalised scores and class numbers or class probabilities. Buffer:
// weight, when given.
// By name: weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean',
// label_smoothing=0.0.
inline Result<Module> CrossEntropyLoss(ContextRef context, Arguments more = {}) {
  return create(context, "CrossEntropyLoss", more);
}

// Cross entropy of probabilities of two classes. Buffer: weight, when given.
// By name: weight=None, size_average=None, reduce=None, reduction='mean'.
inline Result<Module> BCELoss(ContextRef context, Arguments more = {}) {
  return create(context, "BCELoss", more);
}

// BCELoss of the input's sigmoid. Buffers: weight, pos_weight, when given.
// By name: weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None.
inline Result<Module> BCEWithLogitsLoss(ContextRef context, Arguments more = {}) {
  return create(context, "BCEWithLogitsLoss", more);
}

// BCEWithLogitsLoss averaged over the classes. Buffer: weight, when given.
// By name: weight=None, size_average=None, reduce=None, reduction='mean'.
inline Result<Module> MultiLabelSoftMarginLoss(ContextRef context, Arguments more = {}) {
  return create(context, "MultiLabelSoftMarginLoss", more);
}

// Margins between the right class and the others. Buffer: weight, when given.
// By name: p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction='mean'.
inline Result<Module> MultiMarginLoss(ContextRef context, Arguments more = {}) {
  return create(context, "MultiMarginLoss", more);
}

// Softmax over many classes, the rare ones in clusters. Children: head, tail (for each cluster two
// Linear).
// By name: div_value=4.0, head_bias=False, device=None, dtype=None.
inline Result<Module> AdaptiveLogSoftmaxWithLoss(ContextRef context, int64_t in_features,
                                                 int64_t n_classes, const ArgumentValue& cutoffs,
                                                 Arguments more = {}) {
  return detail::create(context, "AdaptiveLogSoftmaxWithLoss", {{"in_features", in_features},
                        {"n_classes", n_classes}, {"cutoffs", cutoffs}}, more);
}

// A Linear and the cross entropy of its scores. Child: linear; buffer: weight, when given.
// By name: out_features=(), bias=False, device=None, dtype=None, reduction='mean', weight=None,
// ignore_index=None, label_smoothing=0.0, options=None.
inline Result<Module> LinearCrossEntropyLoss(ContextRef context, int64_t in_features,
                                             int64_t num_classes, Arguments more = {}) {
  return detail::create(context, "LinearCrossEntropyLoss", {{"in_features", in_features},
                        {"num_classes", num_classes}}, more);
}

// TripletMarginLoss with a distance of one's own. Child: distance_function, unless it is a
// function.
// By name: distance_function=None, margin=1.0, swap=False, reduction='mean'.
inline Result<Module> TripletMarginWithDistanceLoss(ContextRef context, Arguments more = {}) {
  return create(context, "TripletMarginWithDistanceLoss", more);
}

// The state of RNN, LSTM and GRU: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 and so on for
// each layer and direction.
// By name: num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
// proj_size=0, device=None, dtype=None.
inline Result<Module> RNNBase(ContextRef context, std::string_view mode, int64_t input_size,
                              int64_t hidden_size, Arguments more = {}) {
  return detail::create(context, "RNNBase", {{"mode", mode}, {"input_size", input_size},
                        {"hidden_size", hidden_size}}, more);
}

// Elman's network over a sequence.
// By name: num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.0,
// bidirectional=False, proj_size=0, device=None, dtype=None.
inline Result<Module> RNN(ContextRef context, int64_t input_size, int64_t hidden_size,
                          Arguments more = {}) {
  return detail::create(context, "RNN", {{"input_size", input_size}, {"hidden_size", hidden_size}},
                        more);
}

// Long short-term memory over a sequence.
// By name: num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
// proj_size=0, device=None, dtype=None.
inline Result<Module> LSTM(ContextRef context, int64_t input_size, int64_t hidden_size,
                           Arguments more = {}) {
  return detail::create(context, "LSTM", {{"input_size", input_size}, {"hidden_size", hidden_size}},
                        more);
}

// Gated recurrent units over a sequence.
// By name: num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
// proj_size=0, device=None, dtype=None.
inline Result<Module> GRU(ContextRef context, int64_t input_size, int64_t hidden_size,
                          Arguments more = {}) {
  return detail::create(context, "GRU", {{"input_size", input_size}, {"hidden_size", hidden_size}},
                        more);
}

// The state of the cells: weight_ih, weight_hh, bias_ih, bias_hh.
// By name: device=None, dtype=None.
inline Result<Module> RNNCellBase(ContextRef context, int64_t input_size, int64_t hidden_size,
                                  bool bias, int64_t num_chunks, Arguments more = {}) {
  return detail::create(context, "RNNCellBase", {{"input_size", input_size},
                        {"hidden_size", hidden_size}, {"bias", bias}, {"num_chunks", num_chunks}},
                        more);
}

// One step of RNN.
// By name: bias=True, nonlinearity='tanh', device=None, dtype=None.
inline Result<Module> RNNCell(ContextRef context, int64_t input_size, int64_t hidden_size,
                              Arguments more = {}) {
  return detail::create(context, "RNNCell", {{"input_size", input_size},
                        {"hidden_size", hidden_size}}, more);
}

// One step of LSTM.
// By name: bias=True, device=None, dtype=None.
inline Result<Module> LSTMCell(ContextRef context, int64_t input_size, int64_t hidden_size,
                               Arguments more = {}) {
  return detail::create(context, "LSTMCell", {{"input_size", input_size},
                        {"hidden_size", hidden_size}}, more);
}

// One step of GRU.
// By name: bias=True, device=None, dtype=None.
inline Result<Module> GRUCell(ContextRef context, int64_t input_size, int64_t hidden_size,
                              Arguments more = {}) {
  return detail::create(context, "GRUCell", {{"input_size", input_size},
                        {"hidden_size", hidden_size}}, more);
}

// Attention of several heads. Parameters: in_proj_weight, or q_proj_weight, k_proj_weight and
// v_proj_weight; in_proj_bias; child: out_proj.
// By name: dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None,
// batch_first=False, device=None, dtype=None.
inline Result<Module> MultiheadAttention(ContextRef context, int64_t embed_dim, int64_t num_heads,
                                         Arguments more = {}) {
  return detail::create(context, "MultiheadAttention", {{"embed_dim", embed_dim},
                        {"num_heads", num_heads}}, more);
}

// Attention and two linear layers, with dropout and LayerNorm; PyTorch's children.
// By name: dim_feedforward=2048, dropout=0.1, activation=relu, layer_norm_eps=1e-05,
// batch_first=False, norm_first=False, bias=True, device=None, dtype=None.
inline Result<Module> TransformerEncoderLayer(ContextRef context, int64_t d_model, int64_t nhead,
                                              Arguments more = {}) {
  return detail::create(context, "TransformerEncoderLayer", {{"d_model", d_model},
                        {"nhead", nhead}}, more);
}

// Attention and two linear layers, with dropout and LayerNorm; PyTorch's children.
// By name: dim_feedforward=2048, dropout=0.1, activation=relu, layer_norm_eps=1e-05,
// batch_first=False, norm_first=False, bias=True, device=None, dtype=None.
inline Result<Module> TransformerDecoderLayer(ContextRef context, int64_t d_model, int64_t nhead,
                                              Arguments more = {}) {
  return detail::create(context, "TransformerDecoderLayer", {{"d_model", d_model},
                        {"nhead", nhead}}, more);
}

// Copies of a layer one behind the other, then norm.
// By name: norm=None, enable_nested_tensor=True, mask_check=True.
inline Result<Module> TransformerEncoder(ContextRef context, ModuleRef encoder_layer,
                                         int64_t num_layers, Arguments more = {}) {
  return detail::create(context, "TransformerEncoder", {{"encoder_layer", encoder_layer},
                        {"num_layers", num_layers}}, more);
}

// Copies of a layer one behind the other, then norm.
// By name: norm=None.
inline Result<Module> TransformerDecoder(ContextRef context, ModuleRef decoder_layer,
                                         int64_t num_layers, Arguments more = {}) {
  return detail::create(context, "TransformerDecoder", {{"decoder_layer", decoder_layer},
                        {"num_layers", num_layers}}, more);
}

// An encoder and a decoder; weights of two and more dimensions are drawn anew (xavier_uniform_).
// By name: d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048,
// dropout=0.1, activation=relu, custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05,
// batch_first=False, norm_first=False, bias=True, device=None, dtype=None.
inline Result<Module> Transformer(ContextRef context, Arguments more = {}) {
  return create(context, "Transformer", more);
}

// Holds modules by name (deprecated).
inline Result<Module> Container(ContextRef context, Arguments more = {}) {
  return create(context, "Container", more);
}

// Runs its module, whose state is under 'module.'.
// By name: device_ids=None, output_device=None, dim=0.
inline Result<Module> DataParallel(ContextRef context, ModuleRef module, Arguments more = {}) {
  return detail::create(context, "DataParallel", {{"module", module}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: bias=True, device=None, dtype=None.
inline Result<Module> LazyLinear(ContextRef context, int64_t out_features, Arguments more = {}) {
  return detail::create(context, "LazyLinear", {{"out_features", out_features}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None,
// dtype=None.
inline Result<Module> LazyConv1d(ContextRef context, int64_t out_channels,
                                 const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LazyConv1d", {{"out_channels", out_channels},
                        {"kernel_size", kernel_size}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None,
// dtype=None.
inline Result<Module> LazyConv2d(ContextRef context, int64_t out_channels,
                                 const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LazyConv2d", {{"out_channels", out_channels},
                        {"kernel_size", kernel_size}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None,
// dtype=None.
inline Result<Module> LazyConv3d(ContextRef context, int64_t out_channels,
                                 const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LazyConv3d", {{"out_channels", out_channels},
                        {"kernel_size", kernel_size}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
// padding_mode='zeros', device=None, dtype=None.
inline Result<Module> LazyConvTranspose1d(ContextRef context, int64_t out_channels,
                                          const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LazyConvTranspose1d", {{"out_channels", out_channels},
                        {"kernel_size", kernel_size}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
// padding_mode='zeros', device=None, dtype=None.
inline Result<Module> LazyConvTranspose2d(ContextRef context, int64_t out_channels,
                                          const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LazyConvTranspose2d", {{"out_channels", out_channels},
                        {"kernel_size", kernel_size}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
// padding_mode='zeros', device=None, dtype=None.
inline Result<Module> LazyConvTranspose3d(ContextRef context, int64_t out_channels,
                                          const ArgumentValue& kernel_size, Arguments more = {}) {
  return detail::create(context, "LazyConvTranspose3d", {{"out_channels", out_channels},
                        {"kernel_size", kernel_size}}, more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> LazyBatchNorm1d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyBatchNorm1d", more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> LazyBatchNorm2d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyBatchNorm2d", more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> LazyBatchNorm3d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyBatchNorm3d", more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> LazyInstanceNorm1d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyInstanceNorm1d", more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> LazyInstanceNorm2d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyInstanceNorm2d", more);
}

// As the plain class, which it becomes; the first input tells its size.
// By name: eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None,
// bias=True.
inline Result<Module> LazyInstanceNorm3d(ContextRef context, Arguments more = {}) {
  return create(context, "LazyInstanceNorm3d", more);
}

}  // namespace DURAMEN_CXX::nn

#endif
