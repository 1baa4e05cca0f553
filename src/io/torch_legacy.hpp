// What torch.save wrote before version 1.6, and writes today without its zip: five pickles one
// after the other (a magic number, a protocol's number, facts about the machine, the content, the
// keys of the storages), and behind them each storage as a count of elements and the elements.
//
// The elements are little-endian whatever the machine; old versions wrote the counts in the
// machine's own order, which the facts tell. Every byte of the file belongs to one of these parts.
#pragma once

#include "io/checkpoint.hpp"
#include "io/source.hpp"

namespace duramen::io {

bool is_torch_stream(std::string_view bytes) noexcept;
// A storage is shared with the file where its elements happen to be aligned in it.
Ref<Checkpoint> read_torch_stream(const Services& services, const Ref<const Source>& source,
                                  const OpenOptions& options);

}  // namespace duramen::io
