// GGUF, the files of ggml and llama.cpp, of version 2 and 3 in either byte order: typed keys and
// values, then tensors of up to four dimensions, each at its place in the running order.
//
// The content is one dict, values first, tensors under the same names as in the file with the sizes
// in torch's order (the last one runs fastest). Plain types share the file. A quantised tensor is
// an opaque value "gguf.Q4_K" ("gguf.big_endian.Q4_K") of two parts: its shape, and its blocks as
// uint8, which share the file; Q8_0 and Q4_0 can be had as float32 instead.
//
// The type of a value is known by the value (uint32 for an integer that fits, else int32, int64,
// uint64; in arrays int32 first; float32 for a number that it holds exactly, else float64). Where a
// file has another one, metadata says so: "gguf.type.KEY" is "u16", or "[u16]" for an array.
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"
#include "io/source.hpp"

namespace duramen::io {

bool is_gguf(std::string_view bytes) noexcept;
Ref<Checkpoint> read_gguf(const Services& services, const Ref<const Source>& source,
                          const OpenOptions& options);

// Version 3, little-endian, at the alignment that the entry general.alignment asks for (32).
// Names "KEY.0", "KEY.1", … of values of one kind, as state dicts spell lists, become one array.
// UNSUPPORTED for dtypes, ranks, names and values that ggml has no place for; INVALID_ARGUMENT for
// tensors that share memory.
void write_gguf(const Services& services, const StateDict& dict, Output& out,
                const SaveOptions& options);

}  // namespace duramen::io
