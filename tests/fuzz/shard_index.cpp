// Shards and their index: opened, walked, saved, read back.
#include "fuzz/folder_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  duramen::fuzz::try_folder(data, size, duramen::fuzz::shard_folder());
  return 0;
}
