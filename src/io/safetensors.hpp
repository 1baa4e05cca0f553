// The safetensors format: u64 header length N, N bytes of JSON, the data. Every byte of the data
// belongs to exactly one tensor.
//
// Stricter than the reference where two readers could disagree: a name, field or metadata key that
// occurs twice is refused. Leading white space in the header is accepted, as the reference does: it
// is used for alignment. Unknown fields of an entry are ignored; numbers in them that no double can
// hold are refused.
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"
#include "io/source.hpp"

namespace duramen::io {

// The reference's limit on N.
inline constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;

// The tensors share the source, except those that are misaligned for their type.
Ref<Checkpoint> read_safetensors(const Services& services, const Ref<const Source>& source,
                                 const OpenOptions& options);

// Byte-identical to the reference's writer; metadata keys are sorted. Everything is checked before
// the first byte.
void write_safetensors(const Services& services, const StateDict& dict, Output& out,
                       const SaveOptions& options);

// Whether the format can hold the entries: none without a tensor, none on another's memory.
void check_safetensors(const Services& services, const StateDict& dict, Output& out,
                       const SaveOptions& options);
// With quotes, as serde_json. Requires: UTF-8.
void append_json_string(std::string& out, std::string_view text);

// "F32", "BOOL", …; empty for dtypes that the format does not have.
std::string_view safetensors_name(Dtype dtype) noexcept;
Dtype safetensors_dtype(std::string_view name) noexcept;  // invalid when unknown
// Position in the reference's order of dtypes; files hold the highest first.
int safetensors_rank(Dtype dtype) noexcept;

}  // namespace duramen::io
