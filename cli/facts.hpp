// What a checkpoint is and how much it holds, counted without reading elements.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "handles.hpp"

namespace cli {

struct Count {
  uint64_t tensors = 0;
  uint64_t nbytes = 0;
};

struct Facts {
  std::string format;
  // What the file says of itself, by the keys of duramen_checkpoint_property.
  std::map<std::string, std::string> properties;
  std::string producer;
  uint64_t file_bytes = 0;
  uint64_t tensors = 0;
  uint64_t values = 0;
  uint64_t elements = 0;
  uint64_t floating_elements = 0;  // also complex ones; not of tensors on the memory of another
  uint64_t nbytes = 0;
  uint64_t ties = 0;    // tensors on the memory of an earlier one
  uint64_t mapped = 0;  // tensors that are used in the file's place
  uint64_t alignment = 0;
  std::optional<std::string> digest;  // where it is asked for
  std::map<std::string, Count> dtypes;
  std::map<std::string, uint64_t> classes;
  std::map<std::string, std::string> metadata;
};

// Reads the elements only for the digest. Failure(kRefused).
Facts read_facts(duramen_context* context, const std::string& file, bool wants_digest);

}  // namespace cli
