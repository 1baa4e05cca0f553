#include "kernels/embedding.hpp"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cstring>

#include "kernels/elementwise_simd.hpp"

namespace duramen::kernels {
namespace {

constexpr int64_t kGrainBytes = int64_t{1} << 17;
constexpr int64_t kAhead = 8;  // rows whose first line is asked for early

// Calls body(begin, end) for runs of rows that depend on the shape only.
template <class Body>
void for_rows(ThreadPool& pool, int64_t rows, int64_t row_bytes, const Body& body) {
  if (rows == 0) return;
  if (rows * row_bytes < 2 * kGrainBytes) return body(0, rows);
  pool.parallel_for(rows, std::max<int64_t>(1, kGrainBytes / std::max<int64_t>(1, row_bytes)),
                    body);
}

template <class T>
void scatter_any(ThreadPool& pool, Tensor& out, const Tensor& values, const RowLists& lists,
                 const ScatterRule& rule) {
  const int64_t cols = out.size(1);
  T* to = out.mutable_data<T>();
  const T* from = values.data<T>();
  for_rows(pool, lists.rows, cols * int64_t{sizeof(T)}, [&](int64_t begin, int64_t end) {
    std::fill(to + begin * cols, to + end * cols, T(0));
    for (int64_t row = begin; row < end; ++row) {
      if (row == rule.padding_row) continue;
      const int64_t first = lists.starts[row], last = lists.starts[row + 1];
      const T scale = rule.scale_by_count ? T(1) / static_cast<T>(last - first) : T(1);
      T* sum = to + row * cols;
      for (int64_t i = first; i < last; ++i) {
        binary_row(Binary::add,
                   BinaryRow<T>{sum, 1, from + lists.positions[i] * cols, 1, sum, cols, scale});
      }
    }
  });
}

}  // namespace

void gather_rows(ThreadPool& pool, Tensor& out, const Tensor& table, const int64_t* indices) {
  const auto item = static_cast<int64_t>(itemsize(table.dtype()));
  const int64_t row_bytes = table.size(1) * item;
  const int64_t step = table.strides()[0] * item;
  const int64_t count = row_bytes == 0 ? 0 : out.nbytes() / row_bytes;
  std::byte* to = out.mutable_bytes();
  for_rows(pool, count, row_bytes, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (i + kAhead < end) hwy::Prefetch(table.bytes() + indices[i + kAhead] * step);
      std::memcpy(to + i * row_bytes, table.bytes() + indices[i] * step,
                  static_cast<size_t>(row_bytes));
    }
  });
}

void list_rows(const int64_t* indices, int64_t count, int64_t rows, int64_t* starts,
               int64_t* positions) noexcept {
  std::fill(starts, starts + rows + 1, 0);
  for (int64_t i = 0; i < count; ++i) ++starts[indices[i]];
  int64_t end = 0;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t own = starts[row];
    starts[row] = end += own;
  }
  starts[rows] = end;
  // From the back, so that each row's positions end up in the list's order and starts at the start.
  for (int64_t i = count; i-- > 0;) positions[--starts[indices[i]]] = i;
}

void scatter_rows(ThreadPool& pool, Tensor& out, const Tensor& values, const RowLists& lists,
                  const ScatterRule& rule) {
  if (out.dtype() == Dtype::float32) return scatter_any<float>(pool, out, values, lists, rule);
  scatter_any<double>(pool, out, values, lists, rule);
}

}  // namespace duramen::kernels
