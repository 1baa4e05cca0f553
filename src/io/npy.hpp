// NumPy's .npy format: one array without a name, read as a tensor at the root of the content.
//
// Versions 1 to 3 in either byte order and either order of the elements; a Fortran array keeps its
// strides. What torch has no dtype for is refused: texts, dates, records, Python objects (a
// pickle, never run). Of the arrays of an archive (npz.hpp) those are opaque values.
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"
#include "io/source.hpp"

namespace duramen::io {

// Of a header's text; NumPy itself reads 10,000 characters, and writes more for long records.
inline constexpr uint64_t kMaxNpyHeader = uint64_t{1} << 20;
inline constexpr size_t kMaxNpyRank = 64;  // NumPy's
// The class of an array without a dtype: its parts are descr (a text), fortran_order (a bool), the
// shape (a tuple) and the bytes of the elements (a tensor of uint8).
inline constexpr std::string_view kNpyClass = "numpy.ndarray";

bool is_npy(std::string_view bytes) noexcept;
// The tensor shares the source where the file has this machine's byte order and its elements are
// aligned.
Ref<Checkpoint> read_npy(const Services& services, const Ref<const Source>& source,
                         const OpenOptions& options);
// Byte-identical to numpy.save: a tensor whose elements lie in Fortran order is written so.
// UNSUPPORTED for what is no tensor, and for dtypes that NumPy does not have.
void write_npy(const Services& services, const Value& content, Output& out,
               const SaveOptions& options);

// The bytes of an array with its header, and what errors call them.
struct NpyBytes {
  Ref<const Source> source;  // that keeps them
  std::span<const std::byte> bytes;
  std::string_view file;
  std::string_view entry = {};       // of an archive; its arrays may be opaque
  std::optional<uint64_t> offset{};  // in the file; nothing for what was inflated
};
struct NpyArray {
  ValueRef value;  // a tensor, or opaque
  unsigned version;
  std::string_view byteorder;  // "little", "big", "" where there is none
};
NpyArray read_npy_array(const Services& services, const NpyBytes& bytes, const Limits& limits);

// "'<f4'"; "" for dtypes that NumPy does not have.
std::string npy_descr(Dtype dtype);
// All that stands before the elements, in the least version of the format that can hold it.
std::string npy_header(std::string_view descr, bool fortran, const Shape& shape);
// Requires: npy_descr(tensor.dtype()) is not empty.
std::string npy_header(const Tensor& tensor);
// The elements as they go into a file; copied where they do not lie so.
struct NpyElements {
  std::span<const std::byte> bytes;
  Ref<const Counted> keeper;
};
NpyElements npy_elements(const Services& services, const Tensor& tensor);
// Of "f4", "b1", …; invalid for what torch has no dtype for.
Dtype dtype_of_numpy(std::string_view code) noexcept;

}  // namespace duramen::io
