// What a fuzzer does with the bytes of a file, through the C header: open them, walk all that they
// hold, save that and read it back. Memory and sizes are bounded, so that whatever takes more is a
// find.
#pragma once

#include <cstddef>
#include <cstdint>

namespace duramen::fuzz {

// `ending` of the file to save the state dict to: ".pt" or ".safetensors".
void try_checkpoint(const uint8_t* data, size_t size, const char* ending);
// The same without saving.
void read_checkpoint(const uint8_t* data, size_t size);

}  // namespace duramen::fuzz
