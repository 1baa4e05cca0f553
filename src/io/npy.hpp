// NumPy's .npy format: one array without a name, read as a tensor at the root of the content.
//
// Versions 1 to 3 in either byte order and either order of the elements; a Fortran array keeps its
// strides. What torch has no dtype for is refused: texts, dates, records, Python objects (a
// pickle, never run).
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"
#include "io/source.hpp"

namespace duramen::io {

// The reference's numbers.
inline constexpr uint64_t kMaxNpyHeader = 65535;
inline constexpr size_t kMaxNpyRank = 64;

bool is_npy(std::string_view bytes) noexcept;
// The tensor shares the source where the file has this machine's byte order and its elements are
// aligned.
Ref<Checkpoint> read_npy(const Services& services, const Ref<const Source>& source,
                         const OpenOptions& options);
// Byte-identical to numpy.save: a tensor whose elements lie in Fortran order is written so.
// UNSUPPORTED for what is no tensor, and for dtypes that NumPy does not have.
void write_npy(const Services& services, const Value& content, Output& out,
               const SaveOptions& options);

}  // namespace duramen::io
