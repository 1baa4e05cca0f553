// NumPy's .npz archives: a zip whose members are .npy files, read as a dict of their names without
// the ending, in the order of the archive.
//
// Members are told as numpy.load tells them: what does not begin as an array is bytes, unless its
// name ends with .npy. An array that torch has no dtype for is an opaque value (npy.hpp) that
// nobody runs, so that the others can be had. Tensors share the file where their member is stored
// and aligned, which those that numpy.savez writes seldom are.
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"
#include "io/zip.hpp"

namespace duramen::io {

// An archive without members is one too: numpy.savez without arrays.
bool is_npz(const ZipReader& zip);
// Deflated members are inflated, and their CRC-32 is checked whether asked or not.
Ref<Checkpoint> read_npz(const Services& services, const ZipReader& zip,
                         const OpenOptions& options);

// Byte-identical to numpy.savez: members are stored, names keep the dict's order, tied tensors are
// written once for each name. Numbers become arrays without dimensions; bytes, and the opaque
// arrays that read_npz gave, become what they were. UNSUPPORTED for other values and for dtypes
// that NumPy does not have.
void write_npz(const Services& services, const StateDict& dict, Output& out,
               const SaveOptions& options);

}  // namespace duramen::io
