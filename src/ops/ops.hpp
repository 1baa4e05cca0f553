// The everyday operators as functions. Each checks its arguments, runs one kernel, and records a
// node when grad mode is on and an input needs it. Shapes broadcast as in PyTorch; inputs may be
// any view. Results are contiguous unless the operator is a view (reshape, transpose, …), which
// shares its input's storage.
//
// float32 and float64 are computed with in their own type; float16 and bfloat16 through float32.
// Integers and bool where PyTorch has them. Mixed dtypes promote as in PyTorch.
#pragma once

#include <optional>
#include <vector>

#include "autograd/node.hpp"
#include "kernels/elementwise.hpp"

namespace duramen::ops {

// ---- elementwise (ops/elementwise.cpp)
TensorRef add(Context&, const TensorRef& a, const TensorRef& b, double alpha = 1);
TensorRef sub(Context&, const TensorRef& a, const TensorRef& b, double alpha = 1);
TensorRef mul(Context&, const TensorRef& a, const TensorRef& b);
TensorRef div(Context&, const TensorRef& a, const TensorRef& b);
TensorRef neg(Context&, const TensorRef& a);
TensorRef exp(Context&, const TensorRef& a);
TensorRef log(Context&, const TensorRef& a);
TensorRef sqrt(Context&, const TensorRef& a);
TensorRef relu(Context&, const TensorRef& a);
TensorRef tanh(Context&, const TensorRef& a);
TensorRef sigmoid(Context&, const TensorRef& a);
TensorRef abs(Context&, const TensorRef& a);
TensorRef sign(Context&, const TensorRef& a);
TensorRef square(Context&, const TensorRef& a);
TensorRef reciprocal(Context&, const TensorRef& a);
TensorRef rsqrt(Context&, const TensorRef& a);
TensorRef leaky_relu(Context&, const TensorRef& a, double negative_slope = 0.01);
// `approximate`: 'none' or 'tanh', as PyTorch's argument. INVALID_ARGUMENT (RuntimeError).
TensorRef gelu(Context&, const TensorRef& a, std::string_view approximate = "none");
// `overwritten`: the input is about to be written over, so a copy of it is kept for backward.
TensorRef silu(Context&, const TensorRef& a, bool overwritten = false);
// A Python number as a 0-dim tensor, marked so that it does not raise the other dtype: an integral
// value as int64, any other as float64 (which promotes as PyTorch's default, float32).
TensorRef scalar(Context&, double value);
TensorRef float_scalar(Context&, double value);  // a Python float, whatever its value

// ---- choices (ops/choice.cpp)
enum class Rounding : uint8_t { floor, trunc };
TensorRef div_rounded(Context&, const TensorRef& a, const TensorRef& b, Rounding rounding);
// Its result asks for gradients, but backward refuses: PyTorch has no derivative of it.
TensorRef floor_divide(Context&, const TensorRef& a, const TensorRef& b);
TensorRef pow(Context&, const TensorRef& a, const TensorRef& b);
TensorRef where(Context&, const TensorRef& condition, const TensorRef& a, const TensorRef& b);
TensorRef compare(Context&, kernels::Compare op, const TensorRef& a, const TensorRef& b);
TensorRef masked_fill(Context&, const TensorRef& a, const TensorRef& mask, const TensorRef& value);

// ---- bounds (ops/bounds.cpp); of equals each takes half of the gradient
TensorRef maximum(Context&, const TensorRef& a, const TensorRef& b);
TensorRef minimum(Context&, const TensorRef& a, const TensorRef& b);
// Either bound may be null. A bound that is a number lets no gradient pass where it is met exactly.
TensorRef clamp(Context&, const TensorRef& a, const TensorRef& min, const TensorRef& max);
TensorRef relu6(Context&, const TensorRef& a);

// ---- reductions (ops/reduce.cpp); no dims: all of them
struct ReduceOptions {
  std::vector<int64_t> dims;
  bool keepdim = false;
};
TensorRef sum(Context&, const TensorRef& a, const ReduceOptions& options = {});
TensorRef mean(Context&, const TensorRef& a, const ReduceOptions& options = {});
TensorRef argmax(Context&, const TensorRef& a, std::optional<int64_t> dim = std::nullopt,
                 bool keepdim = false);
// The largest (smallest) elements; ties share the gradient evenly.
TensorRef amax(Context&, const TensorRef& a, const ReduceOptions& options = {});
TensorRef amin(Context&, const TensorRef& a, const ReduceOptions& options = {});
// Of all elements.
TensorRef max_of_all(Context&, const TensorRef& a);
TensorRef min_of_all(Context&, const TensorRef& a);
struct ValuesAndIndices {
  TensorRef values;
  TensorRef indices;
};
// Along one dimension; the gradient goes to the first of the largest.
ValuesAndIndices max(Context&, const TensorRef& a, int64_t dim, bool keepdim = false);
ValuesAndIndices min(Context&, const TensorRef& a, int64_t dim, bool keepdim = false);
TensorRef argmin(Context&, const TensorRef& a, std::optional<int64_t> dim = std::nullopt,
                 bool keepdim = false);
struct VarOptions {
  std::vector<int64_t> dims;
  double correction = 1;
  bool keepdim = false;
};
TensorRef var(Context&, const TensorRef& a, const VarOptions& options = {});
TensorRef standard_deviation(Context&, const TensorRef& a, const VarOptions& options = {});

// ---- shape (ops/shape.cpp)
TensorRef reshape(Context&, const TensorRef& a, std::span<const int64_t> shape);
TensorRef view(Context&, const TensorRef& a, std::span<const int64_t> shape);  // never a copy
TensorRef alias_view(Context&, const TensorRef& a);  // another object, same elements and history
TensorRef flatten(Context&, const TensorRef& a, int64_t start_dim = 0, int64_t end_dim = -1);
TensorRef unflatten(Context&, const TensorRef& a, int64_t dim, std::span<const int64_t> sizes);
TensorRef t(Context&, const TensorRef& a);
TensorRef transpose(Context&, const TensorRef& a, int64_t dim0, int64_t dim1);
TensorRef permute(Context&, const TensorRef& a, std::span<const int64_t> dims);
TensorRef expand(Context&, const TensorRef& a, std::span<const int64_t> shape);
TensorRef select(Context&, const TensorRef& a, int64_t dim, int64_t index);
TensorRef slice(Context&, const TensorRef& a, int64_t dim, int64_t start, int64_t stop,
                int64_t step = 1);
TensorRef narrow(Context&, const TensorRef& a, int64_t dim, int64_t start, int64_t length);
TensorRef unsqueeze(Context&, const TensorRef& a, int64_t dim);
TensorRef squeeze(Context&, const TensorRef& a, std::optional<int64_t> dim = std::nullopt);
// ---- parts (ops/parts.cpp)
struct SplitOptions {
  int64_t dim = 0;
  bool even = false;  // sizes[0] is the size of every part but the last
};
std::vector<TensorRef> split(Context&, const TensorRef& a, std::span<const int64_t> sizes,
                             const SplitOptions& options);
std::vector<TensorRef> chunk(Context&, const TensorRef& a, int64_t chunks, int64_t dim = 0);
std::vector<TensorRef> unbind(Context&, const TensorRef& a, int64_t dim = 0);
TensorRef index_select(Context&, const TensorRef& a, int64_t dim, const TensorRef& index);

// ---- copies (ops/copies.cpp)
TensorRef cat(Context&, std::span<const TensorRef> tensors, int64_t dim = 0);
TensorRef stack(Context&, std::span<const TensorRef> tensors, int64_t dim = 0);
TensorRef contiguous(Context&, const TensorRef& a);  // itself when it is contiguous
TensorRef clone(Context&, const TensorRef& a);
TensorRef detach(Context&, const TensorRef& a);
TensorRef to(Context&, const TensorRef& a, Dtype dtype);  // itself when it has the dtype
// In place, not recorded: STATE when the target requires grad in grad mode; READ_ONLY;
// SHAPE_MISMATCH (source broadcasts).
void copy_(Context&, Tensor& target, const Tensor& source);
void fill_(Context&, Tensor& target, double value);

// ---- products (ops/matmul.cpp)
TensorRef matmul(Context&, const TensorRef& a, const TensorRef& b);
TensorRef mm(Context&, const TensorRef& a, const TensorRef& b);
TensorRef bmm(Context&, const TensorRef& a, const TensorRef& b);
TensorRef mv(Context&, const TensorRef& a, const TensorRef& b);
TensorRef dot(Context&, const TensorRef& a, const TensorRef& b);
struct AddmmOptions {
  double beta = 1;
  double alpha = 1;
};
// beta·bias + alpha·(a·b); stacks of matrices too.
TensorRef addmm(Context&, const TensorRef& bias, const TensorRef& a, const TensorRef& b,
                const AddmmOptions& options = {});
TensorRef linear(Context&, const TensorRef& input, const TensorRef& weight,
                 const TensorRef& bias_or_null);

// ---- layers (ops/normalization.cpp, ops/dropout.cpp, ops/loss.cpp, and where it is said)
struct BatchNormOptions {
  bool use_batch_statistics = true;  // training, or no running statistics
  double momentum =
      0.1;  // of the running statistics' update; used when they are given and training
  double eps = 1e-5;
  std::string eps_text = {};  // as the caller wrote it, for messages
};
// running_* may be null, and are updated in place (unbiased variance) when use_batch_statistics.
// weight, bias may be null.
TensorRef batch_norm(Context&, const TensorRef& input, const TensorRef& running_mean,
                     const TensorRef& running_var, const TensorRef& weight, const TensorRef& bias,
                     const BatchNormOptions& options);
TensorRef dropout(Context&, const TensorRef& input, double p, bool training);
// ops/layer_norm.cpp; over the last dimensions, which have the sizes `normalized_shape`. weight,
// bias may be null.
TensorRef layer_norm(Context&, const TensorRef& input, const Shape& normalized_shape,
                     const TensorRef& weight, const TensorRef& bias, double eps);

struct EmbeddingOptions {
  std::optional<int64_t> padding_idx = {};  // a row that gets no gradient
  std::optional<double> max_norm = {};      // rows that are named and longer are shortened in place
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  bool sparse = false;  // the gradient is dense all the same; none by frequency then
};
// ops/embedding.cpp; the rows of a table, by int32 or int64 numbers.
TensorRef embedding(Context&, const TensorRef& indices, const TensorRef& weight,
                    const EmbeddingOptions& options = {});

// ops/softmax.cpp; without a dim PyTorch's old choice, with its warning in the log.
TensorRef softmax(Context&, const TensorRef& a, std::optional<int64_t> dim);
TensorRef softmin(Context&, const TensorRef& a, std::optional<int64_t> dim);
TensorRef log_softmax(Context&, const TensorRef& a, std::optional<int64_t> dim);

enum class Reduction : uint8_t { none, mean, sum };
struct CrossEntropyOptions {
  TensorRef weight;  // per class, may be null
  int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
  double label_smoothing = 0;
};
TensorRef cross_entropy(Context&, const TensorRef& input, const TensorRef& target,
                        const CrossEntropyOptions& options = {});
// The input holds logarithms of probabilities; label_smoothing does not apply.
TensorRef nll_loss(Context&, const TensorRef& input, const TensorRef& target,
                   const CrossEntropyOptions& options = {});
TensorRef mse_loss(Context&, const TensorRef& input, const TensorRef& target,
                   Reduction reduction = Reduction::mean);

}  // namespace duramen::ops
