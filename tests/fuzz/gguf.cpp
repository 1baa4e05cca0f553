// GGUF files: opened, walked, saved, read back.
#include "fuzz/checkpoint_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  duramen::fuzz::try_checkpoint(data, size, ".gguf");
  return 0;
}
