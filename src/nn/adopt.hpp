// State that a load gives to placeholders: the entries of a dict that lie directly in a module of
// an unknown class become its parameters and buffers. Found while matching, made before anything is
// written, put in place by a step that cannot fail.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "nn/load.hpp"
#include "nn/match.hpp"

namespace duramen::nn {

class AdoptedEntries {
 public:
  // Everything that may fail. With `assign` the dict's tensors are taken instead of copied. Names
  // over the same memory get one tensor; also the one that a slot loaded by copying holds.
  AdoptedEntries(Context& context, const std::vector<Adoption>& adoptions,
                 const std::vector<LoadMove>& moves, bool assign);
  void commit() noexcept;

 private:
  struct Entry {
    Module* owner;
    std::string name;
    TensorRef tensor;
    bool is_buffer;
  };
  std::vector<Entry> entries_;
};

// Whether an entry without a known kind counts as a buffer: what cannot require grad.
bool adopts_as_buffer(const StateEntry& entry) noexcept;

}  // namespace duramen::nn
