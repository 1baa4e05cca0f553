// Rows of a table by number: copied out, and added up again.
#pragma once

#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

// out[i] = table[indices[i]]. Requires: `out` contiguous with a row for each of `count` indices,
// each of them inside the table; the table's rows are contiguous in themselves, of whole bytes.
void gather_rows(ThreadPool& pool, Tensor& out, const Tensor& table, const int64_t* indices);

// Which positions of a list name which row, in the order of the rows and then of the list.
struct RowLists {
  int64_t rows;
  const int64_t* starts;     // rows + 1
  const int64_t* positions;  // of row r: from starts[r] to starts[r + 1]
};
// Fills both arrays. Requires: every index inside [0, rows).
void list_rows(const int64_t* indices, int64_t count, int64_t rows, int64_t* starts,
               int64_t* positions) noexcept;

struct ScatterRule {
  int64_t padding_row = -1;  // stays zero
  bool scale_by_count = false;
};
// out[r] = Σ values[p] over the positions of row r, divided by their number if that is wanted.
// Everything is contiguous, float32 or float64; sums are formed in the order of the list.
void scatter_rows(ThreadPool& pool, Tensor& out, const Tensor& values, const RowLists& lists,
                  const ScatterRule& rule);

}  // namespace duramen::kernels
