#include "tensor/layout.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace duramen {
namespace {

Error invalid(std::string message, const char* torch_error = "RuntimeError") {
  return Error(Code::invalid_argument, std::move(message)).with("torch_error", torch_error);
}

// A dimension, for questions that go by stride. Sizes of one say nothing and are left out; there
// are few others, so that searching needs no memory and little time.
struct Run {
  int64_t stride;
  int64_t size;
};

size_t count_runs(const Layout& layout) noexcept {
  size_t count = 0;
  for (const int64_t size : layout.shape) count += size != 1;
  return count;
}

// The run with the smallest stride that is at least `least`; nothing when there is none.
std::optional<Run> next_run(const Layout& layout, int64_t least) noexcept {
  std::optional<Run> found;
  for (size_t i = 0; i < layout.rank(); ++i) {
    const Run run{layout.strides[i], layout.shape[i]};
    if (run.size == 1 || run.stride < least) continue;
    if (!found || run.stride < found->stride) found = run;
  }
  return found;
}

}  // namespace

int64_t checked_numel(std::span<const int64_t> shape, uint32_t element_bits) {
  int64_t numel = 1;
  bool empty = false;
  bool overflow = false;
  for (const int64_t size : shape) {
    if (size < 0) {
      throw invalid(join("Trying to create tensor with negative dimension ", size, ": ",
                         format_shape(shape)));
    }
    empty |= size == 0;
    // A zero further on makes the product zero, but the sizes before it must make sense too.
    if (size > 0) overflow |= mul_overflows(numel, size, &numel);
  }
  int64_t bits = 0;
  overflow |= mul_overflows(numel, int64_t{element_bits}, &bits);
  if (overflow) {
    throw Error(Code::limit,
                join("tensor: the size overflows (expected at most 2^63 - 1 bits, got ", "shape ",
                     format_shape(shape), ")"));
  }
  return empty ? 0 : numel;
}

int64_t bytes_of(int64_t numel, uint32_t element_bits) noexcept {
  if (element_bits % 8 == 0) return numel * (element_bits / 8);
  return (numel * element_bits + 7) / 8;
}

Shape contiguous_strides(std::span<const int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * std::max<int64_t>(shape[i], 1);
  }
  return strides;
}

Layout contiguous_layout(Shape shape) {
  Shape strides = contiguous_strides(shape);
  return {std::move(shape), std::move(strides), 0};
}

bool is_contiguous(const Layout& layout) noexcept {
  int64_t expected = 1;
  bool is_even = true;
  for (size_t i = layout.rank(); i-- > 0;) {
    const int64_t size = layout.shape[i];
    if (size == 0) return true;
    is_even = is_even && (size == 1 || layout.strides[i] == expected);
    if (is_even) expected *= size;
  }
  return is_even;
}

bool is_dense(const Layout& layout) noexcept {
  if (numel_of(layout.shape) == 0) return true;
  int64_t expected = 1;
  for (size_t left = count_runs(layout); left > 0; --left) {
    const std::optional<Run> run = next_run(layout, expected);
    if (!run || run->stride != expected) return false;
    expected *= run->size;
  }
  return true;
}

std::optional<int64_t> extent_of(const Layout& layout) noexcept {
  if (layout.offset < 0 || layout.shape.size() != layout.strides.size()) return std::nullopt;
  int64_t last = layout.offset;
  bool empty = false;
  for (size_t i = 0; i < layout.rank(); ++i) {
    const int64_t size = layout.shape[i];
    const int64_t stride = layout.strides[i];
    if (size < 0 || stride < 0) return std::nullopt;
    if (size == 0) {
      empty = true;
      continue;
    }
    int64_t reach = 0;
    if (mul_overflows(size - 1, stride, &reach) || add_overflows(last, reach, &last)) {
      return std::nullopt;
    }
  }
  if (empty) return layout.offset;
  return checked_add<int64_t>(last, 1);
}

bool may_overlap_itself(const Layout& layout) noexcept {
  if (numel_of(layout.shape) == 0) return false;
  int64_t reach = 1;  // one past the highest element of the runs so far
  for (size_t left = count_runs(layout); left > 0; --left) {
    const std::optional<Run> run = next_run(layout, reach);
    if (!run) return true;  // those that are left begin inside the others
    reach = run->stride * (run->size - 1) + reach;
  }
  return false;
}

size_t normalize_dim(int64_t dim, size_t rank, const char* operation) {
  const int64_t limit = static_cast<int64_t>(std::max<size_t>(rank, 1));
  if (dim < -limit || dim >= limit) {
    throw invalid(join(operation, ": Dimension out of range (expected to be in range of [", -limit,
                       ", ", limit - 1, "], but got ", dim, ")"),
                  "IndexError");
  }
  return static_cast<size_t>(dim < 0 ? dim + limit : dim);
}

Layout view_transpose(const Layout& layout, int64_t dim0, int64_t dim1) {
  const size_t a = normalize_dim(dim0, layout.rank(), "transpose");
  const size_t b = normalize_dim(dim1, layout.rank(), "transpose");
  Layout view = layout;
  if (layout.rank() == 0) return view;
  std::swap(view.shape[a], view.shape[b]);
  std::swap(view.strides[a], view.strides[b]);
  return view;
}

Layout view_permute(const Layout& layout, std::span<const int64_t> dims) {
  if (dims.size() != layout.rank()) {
    throw invalid(join("permute: the number of dimensions does not match (expected ", layout.rank(),
                       ", got ", dims.size(), ")"));
  }
  Layout view;
  view.offset = layout.offset;
  SmallVector<uint8_t, 16> seen(layout.rank(), 0);
  for (const int64_t dim : dims) {
    const size_t from = normalize_dim(dim, layout.rank(), "permute");
    if (seen[from]++) throw invalid(join("permute: dimension ", dim, " is given twice"));
    view.shape.push_back(layout.shape[from]);
    view.strides.push_back(layout.strides[from]);
  }
  return view;
}

Layout view_select(const Layout& layout, int64_t dim, int64_t index) {
  if (layout.rank() == 0) {
    throw invalid("select: cannot be applied to a 0-dim tensor", "IndexError");
  }
  const size_t d = normalize_dim(dim, layout.rank(), "select");
  const int64_t size = layout.shape[d];
  if (index < -size || index >= size) {
    throw invalid(
        join("select: index ", index, " is out of range for dimension ", d, " with size ", size),
        "IndexError");
  }
  Layout view = layout;
  view.offset += (index < 0 ? index + size : index) * layout.strides[d];
  view.shape.erase(d);
  view.strides.erase(d);
  return view;
}

Layout view_slice(const Layout& layout, int64_t dim, int64_t start, int64_t stop, int64_t step) {
  if (layout.rank() == 0) throw invalid("slice: cannot be applied to a 0-dim tensor", "IndexError");
  const size_t d = normalize_dim(dim, layout.rank(), "slice");
  if (step < 1) throw invalid(join("slice: step must be positive (got ", step, ")"), "ValueError");
  const int64_t size = layout.shape[d];
  const auto bound = [size](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size);
  };
  const int64_t first = bound(std::max(start, -size));
  const int64_t last = std::max(bound(std::max(stop, -size)), first);
  Layout view = layout;
  view.shape[d] = (last - first) / step + ((last - first) % step != 0);
  view.offset += first * layout.strides[d];
  // A stride past the only element would say nothing, and might overflow.
  if (view.shape[d] > 1) view.strides[d] = layout.strides[d] * step;
  return view;
}

Layout view_expand(const Layout& layout, std::span<const int64_t> shape) {
  if (shape.size() < layout.rank()) {
    throw invalid(join("expand: the number of sizes provided (", shape.size(),
                       ") must be greater or equal to the number of dimensions in the tensor (",
                       layout.rank(), ")"));
  }
  const size_t added = shape.size() - layout.rank();
  Layout view{Shape(shape), Shape(shape.size(), 0), layout.offset};
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t old = i < added ? 1 : layout.shape[i - added];
    if (shape[i] == -1 && i >= added) view.shape[i] = old;
    if (view.shape[i] == old && i >= added) {
      view.strides[i] = layout.strides[i - added];
    } else if (old != 1 || view.shape[i] < 0) {
      throw Error(
          Code::shape_mismatch,
          join("The expanded size of the tensor (", shape[i], ") must match the existing size (",
               old, ") at non-singleton dimension ", i, ".  Target sizes: ", format_shape(shape),
               ".  Tensor sizes: ", format_shape(layout.shape)))
          .with("torch_error", "RuntimeError");
    }
  }
  checked_numel(view.shape, 128);  // of any dtype
  return view;
}

Layout view_unsqueeze(const Layout& layout, int64_t dim) {
  const size_t d = normalize_dim(dim, layout.rank() + 1, "unsqueeze");
  Layout view = layout;
  const int64_t stride = d < layout.rank() ? layout.shape[d] * layout.strides[d] : 1;
  view.shape.insert(d, 1);
  view.strides.insert(d, stride);
  return view;
}

Layout view_squeeze(const Layout& layout, std::optional<int64_t> dim) {
  const size_t only = dim ? normalize_dim(*dim, layout.rank(), "squeeze") : 0;
  Layout view;
  view.offset = layout.offset;
  for (size_t i = 0; i < layout.rank(); ++i) {
    if (layout.shape[i] == 1 && (!dim || i == only)) continue;
    view.shape.push_back(layout.shape[i]);
    view.strides.push_back(layout.strides[i]);
  }
  return view;
}

Shape infer_shape(std::span<const int64_t> shape, int64_t numel) {
  Shape result{shape};
  size_t unknown = shape.size();
  int64_t known = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      if (unknown != shape.size()) throw invalid("only one dimension can be inferred");
      unknown = i;
    } else if (shape[i] < 0 || mul_overflows(known, shape[i], &known)) {
      throw invalid(join("invalid shape dimension ", shape[i]));
    }
  }
  const auto mismatch = [&] {
    return invalid(join("shape '", format_shape(shape), "' is invalid for input of size ", numel));
  };
  if (unknown == shape.size()) {
    if (known != numel) throw mismatch();
    return result;
  }
  if (known == 0) {
    throw invalid(
        join("cannot reshape tensor of 0 elements into shape ", format_shape(shape),
             " because the unspecified dimension size -1 can be any value and is ambiguous"));
  }
  if (numel % known != 0) throw mismatch();
  result[unknown] = numel / known;
  return result;
}

std::optional<Layout> view_reshape(const Layout& layout, std::span<const int64_t> shape) {
  const int64_t numel = numel_of(layout.shape);
  Layout view{Shape(shape), contiguous_strides(shape), layout.offset};
  if (numel == 0 || is_contiguous(layout)) return view;
  // Walk both from the right: a run of old dimensions that lies evenly in memory takes a run of new
  // ones.
  size_t next = shape.size();
  int64_t chunk_stride = layout.strides.back();
  int64_t old_count = 1;
  int64_t new_count = 1;
  for (size_t i = layout.rank(); i-- > 0;) {
    old_count *= layout.shape[i];
    const bool run_ends =
        i == 0 || (layout.shape[i - 1] != 1 && layout.strides[i - 1] != old_count * chunk_stride);
    if (!run_ends) continue;
    while (next > 0 && (new_count < old_count || shape[next - 1] == 1)) {
      --next;
      view.strides[next] = new_count * chunk_stride;
      new_count *= shape[next];
    }
    if (new_count != old_count) return std::nullopt;
    if (i > 0) {
      chunk_stride = layout.strides[i - 1];
      old_count = 1;
      new_count = 1;
    }
  }
  if (next != 0) return std::nullopt;
  return view;
}

Shape broadcast_shapes(std::span<const int64_t> a, std::span<const int64_t> b,
                       const char* operation) {
  const size_t rank = std::max(a.size(), b.size());
  Shape result(rank, 1);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t left = i + a.size() < rank ? 1 : a[i + a.size() - rank];
    const int64_t right = i + b.size() < rank ? 1 : b[i + b.size() - rank];
    if (left != right && left != 1 && right != 1) {
      throw Error(Code::shape_mismatch, join(operation, ": The size of tensor a (", left,
                                             ") must match the size of tensor b (", right,
                                             ") at non-singleton dimension ", i))
          .with("expected", format_shape(a))
          .with("actual", format_shape(b))
          .with("torch_error", "RuntimeError");
    }
    result[i] = left == 1 ? right : left;
  }
  return result;
}

}  // namespace duramen
