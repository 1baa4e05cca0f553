#include "kernels/copy.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/fixed_vector.hpp"
#include "base/text.hpp"
#include "kernels/convert_elements.hpp"

namespace duramen::kernels {
namespace {

constexpr int64_t kChunk = 64 * 1024;  // elements of one piece of parallel work
constexpr int64_t kTile = 32;          // edge of a tile of a transposition
constexpr int64_t kFilled = 1 << 20;   // elements that are filled between two looks at the flag

// One dimension of both sides; strides count bytes.
struct Dim {
  int64_t size;
  int64_t out;
  int64_t in;
};
using Dims = FixedVector<Dim, kMostNested>;

// In the order of the output's memory, neighbours merged; never empty. Requires: not an empty
// tensor.
Dims joint_dims(const Layout& out, int64_t out_size, const Layout& in, int64_t in_size) noexcept {
  Dims sorted;
  for (size_t i = 0; i < out.rank(); ++i) {
    if (out.shape[i] != 1) {
      sorted.push_back({out.shape[i], out.strides[i] * out_size, in.strides[i] * in_size});
    }
  }
  sorted.sort([](const Dim& a, const Dim& b) { return a.out > b.out; });
  Dims merged;
  for (const Dim dim : sorted) {
    if (!merged.empty() && merged.back().out == dim.size * dim.out &&
        merged.back().in == dim.size * dim.in) {
      merged.back() = {merged.back().size * dim.size, dim.out, dim.in};
    } else {
      merged.push_back(dim);
    }
  }
  if (merged.empty()) merged.push_back({1, out_size, in_size});
  return merged;
}

struct Place {
  int64_t out;
  int64_t in;
};
// Where the flat index `at` over the first `count` dimensions lies.
Place place_of(const Dims& dims, size_t count, int64_t at) noexcept {
  Place place{0, 0};
  for (size_t i = count; i-- > 0;) {
    const int64_t index = at % dims[i].size;
    at /= dims[i].size;
    place.out += index * dims[i].out;
    place.in += index * dims[i].in;
  }
  return place;
}

int64_t total_of(const Dims& dims) noexcept {
  int64_t total = 1;
  for (const Dim dim : dims) total *= dim.size;
  return total;
}

// Calls row(place, count) for stretches of the innermost dimension, over the flat range.
template <class Row>
void for_each_row(const Dims& dims, int64_t begin, int64_t end, const Row& row) {
  const int64_t inner = dims.back().size;
  while (begin < end) {
    const int64_t count = std::min(end - begin, inner - begin % inner);
    row(place_of(dims, dims.size(), begin), count);
    begin += count;
  }
}

// ---- moving whole elements --------------------------------------------------------------------

struct Opaque16 {
  uint64_t words[2];
};

template <class T>
T element_at(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

template <class T>
void move_row(std::byte* out, const std::byte* in, int64_t count, const Dim& step) noexcept {
  if (step.out == sizeof(T) && step.in == sizeof(T)) {
    std::memcpy(out, in, static_cast<size_t>(count) * sizeof(T));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const T value = element_at<T>(in + i * step.in);
    std::memcpy(out + i * step.out, &value, sizeof(T));
  }
}

template <class T>
void move_tile(std::byte* out, const std::byte* in, const Dim& row, const Dim& column) noexcept {
  for (int64_t i = 0; i < row.size; ++i) {
    move_row<T>(out + i * row.out, in + i * row.in, column.size, column);
  }
}

// The two innermost dimensions in square tiles: the input runs along the other one of them.
template <class T>
void move_transposed(ThreadPool& pool, const Dims& dims, std::byte* out, const std::byte* in) {
  const Dim column = dims.back();
  const Dim row = dims[dims.size() - 2];
  const int64_t bands = (row.size - 1) / kTile + 1;
  int64_t outer = 1;
  for (size_t i = 0; i + 2 < dims.size(); ++i) outer *= dims[i].size;
  const int64_t grain = std::max<int64_t>(1, kChunk / (kTile * column.size));
  pool.parallel_for(outer * bands, grain, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const Place place = place_of(dims, dims.size() - 2, at / bands);
      const int64_t i = at % bands * kTile;
      const Dim rows{std::min(kTile, row.size - i), row.out, row.in};
      for (int64_t j = 0; j < column.size; j += kTile) {
        const Dim columns{std::min(kTile, column.size - j), column.out, column.in};
        move_tile<T>(out + place.out + i * row.out + j * column.out,
                     in + place.in + i * row.in + j * column.in, rows, columns);
      }
    }
  });
}

// Brings the dimension along which the input is dense next to the innermost one; false when the
// innermost one is already it, or there is none.
bool arrange_transposition(Dims& dims, int64_t itemsize) noexcept {
  if (dims.back().in == itemsize) return false;
  for (size_t i = 0; i + 1 < dims.size(); ++i) {
    if (dims[i].in != itemsize) continue;
    std::rotate(dims.begin() + i, dims.begin() + i + 1, dims.end() - 1);
    return true;
  }
  return false;
}

template <class T>
void move_elements(ThreadPool& pool, Dims& dims, std::byte* out, const std::byte* in) {
  if (arrange_transposition(dims, sizeof(T))) return move_transposed<T>(pool, dims, out, in);
  const Dim step = dims.back();
  pool.parallel_for(total_of(dims), kChunk, [&](int64_t begin, int64_t end) {
    for_each_row(dims, begin, end, [&](Place place, int64_t count) {
      move_row<T>(out + place.out, in + place.in, count, step);
    });
  });
}

void copy_same(ThreadPool& pool, Tensor& out, const Tensor& in) {
  const auto size = static_cast<int64_t>(itemsize(out.dtype()));
  if (size == 0) {  // packed: only as a whole
    if (!out.is_contiguous() || !in.is_contiguous()) {
      throw Error(Code::unsupported,
                  join("copy: a strided view of packed ", dtype_name(out.dtype()), " elements"));
    }
    std::memcpy(out.mutable_bytes(), in.bytes(), static_cast<size_t>(out.nbytes()));
    return;
  }
  Dims dims = joint_dims(out.layout(), size, in.layout(), size);
  std::byte* to = out.mutable_bytes();
  const std::byte* from = in.bytes();
  switch (size) {
    case 1:
      return move_elements<uint8_t>(pool, dims, to, from);
    case 2:
      return move_elements<uint16_t>(pool, dims, to, from);
    case 4:
      return move_elements<uint32_t>(pool, dims, to, from);
    case 8:
      return move_elements<uint64_t>(pool, dims, to, from);
    default:
      return move_elements<Opaque16>(pool, dims, to, from);
  }
}

// ---- converting
// -----------------------------------------------------------------------------------

void convert_row(const MutableRun& out, Dtype to, const ConstRun& in, Dtype from) noexcept {
  WideBuffer wide;
  const Wide kind = wide_of(from);
  for (int64_t done = 0; done < out.count; done += kWideCount) {
    const int64_t part = std::min(kWideCount, out.count - done);
    widen({in.first + done * in.stride, in.stride, part}, from, wide);
    narrow(wide, kind, {out.first + done * out.stride, out.stride, part}, to);
  }
}

void copy_converting(ThreadPool& pool, Tensor& out, const Tensor& in) {
  const Dims dims = joint_dims(out.layout(), static_cast<int64_t>(itemsize(out.dtype())),
                               in.layout(), static_cast<int64_t>(itemsize(in.dtype())));
  const Dim step = dims.back();
  std::byte* to = out.mutable_bytes();
  const std::byte* from = in.bytes();
  pool.parallel_for(total_of(dims), kChunk, [&](int64_t begin, int64_t end) {
    for_each_row(dims, begin, end, [&](Place place, int64_t count) {
      convert_row({to + place.out, step.out, count}, out.dtype(), {from + place.in, step.in, count},
                  in.dtype());
    });
  });
}

void check_writable(const Tensor& out, const char* operation) {
  if (!out.storage()->read_only()) return;
  throw Error(Code::read_only, join(operation, ": the tensor's memory is read-only"));
}

void fill_bytes(Tensor& out, const std::byte* element, const CancelFlag* cancel = nullptr) {
  const auto size = static_cast<int64_t>(itemsize(out.dtype()));
  const Dims dims = joint_dims(out.layout(), size, out.layout(), size);
  const Dim step = dims.back();
  std::byte* to = out.mutable_bytes();
  const auto fill_row = [&]<class T>(T value, Place place, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(to + place.out + i * step.out, &value, sizeof(T));
    }
  };
  const auto fill_some = [&](Place place, int64_t count) {
    switch (size) {
      case 1:
        return fill_row(element_at<uint8_t>(element), place, count);
      case 2:
        return fill_row(element_at<uint16_t>(element), place, count);
      case 4:
        return fill_row(element_at<uint32_t>(element), place, count);
      case 8:
        return fill_row(element_at<uint64_t>(element), place, count);
      default:
        return fill_row(element_at<Opaque16>(element), place, count);
    }
  };
  const int64_t total = total_of(dims);
  for (int64_t begin = 0; begin < total; begin += kFilled) {
    if (cancel) cancel->check("fill_");
    for_each_row(dims, begin, std::min(total, begin + kFilled), fill_some);
  }
}

void check_fillable(const Tensor& out) {
  check_writable(out, "fill_");
  if (is_arithmetic(out.dtype())) return;
  throw Error(Code::unsupported, join("fill_: not implemented for ", dtype_name(out.dtype())))
      .with("torch_error", "NotImplementedError");
}

}  // namespace

bool can_convert(Dtype from, Dtype to) noexcept {
  return from == to || (is_arithmetic(from) && is_arithmetic(to));
}

void copy(ThreadPool& pool, Tensor& out, const Tensor& in) {
  check_writable(out, "copy");
  if (!can_convert(in.dtype(), out.dtype())) {
    throw Error(Code::unsupported, join("copy: no conversion from ", dtype_name(in.dtype()), " to ",
                                        dtype_name(out.dtype())))
        .with("torch_error", "NotImplementedError");
  }
  if (out.numel() == 0) return;
  if (out.dtype() == in.dtype()) return copy_same(pool, out, in);
  copy_converting(pool, out, in);
}

double read_double(const std::byte* element, Dtype dtype) noexcept {
  if (!is_arithmetic(dtype)) return 0;
  WideBuffer wide;
  widen({element, 0, 1}, dtype, wide);
  switch (wide_of(dtype)) {
    case Wide::integer:
      return static_cast<double>(wide.integer[0]);
    case Wide::natural:
      return static_cast<double>(wide.natural[0]);
    default:
      return wide.real[0];
  }
}

void write_double(std::byte* element, Dtype dtype, double value) noexcept {
  WideBuffer wide;
  wide.real[0] = value;
  narrow(wide, Wide::real, {element, 0, 1}, dtype);
}

void fill(Tensor& out, double value, const CancelFlag* cancel) {
  check_fillable(out);
  std::byte element[16];
  write_double(element, out.dtype(), value);
  if (out.numel() != 0) fill_bytes(out, element, cancel);
  out.storage()->bump_version();
}

void fill_integer(Tensor& out, int64_t value) {
  check_fillable(out);
  std::byte element[16];
  WideBuffer wide;
  wide.integer[0] = value;
  narrow(wide, Wide::integer, {element, 0, 1}, out.dtype());
  if (out.numel() != 0) fill_bytes(out, element);
  out.storage()->bump_version();
}

}  // namespace duramen::kernels
