// What torch.save wrote before version 0.2: a tar of
//
//   sys_info  a pickle of facts about the machine
//   storages  a count; for each storage (key, location, class), its count of elements, these; then
//             a list of views: (key, key of the whole, first element, count)
//   tensors   a count; for each (key, key of the storage, class), its rank, sizes, strides, offset
//   pickle    the content, in which keys stand for tensors and storages
//
// Numbers between the pickles are little-endian, and every member is used to its end.
#pragma once

#include "io/checkpoint.hpp"
#include "io/source.hpp"

namespace duramen::io {

Ref<Checkpoint> read_torch_tar(const Services& services, const Ref<const Source>& source,
                               const OpenOptions& options);

}  // namespace duramen::io
