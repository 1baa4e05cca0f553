// What reading one file may cost, in bytes of memory: charged before anything is made, so that a
// small file cannot ask for much. Work that grows faster than its result is charged too, about one
// byte for each nanosecond. Asks the cancel flag once in a MiB.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/cancel.hpp"

namespace duramen::io {

struct Limits;

class Budget {
 public:
  // `file` and `entry` are named in errors.
  Budget(std::string_view file, uint64_t bytes, const CancelFlag& cancel,
         std::string_view entry = "data.pkl")
      : file_(file), entry_(entry), total_(bytes), rest_(bytes), cancel_(cancel) {}

  // LIMIT when too little is left, CANCELLED.
  void charge(uint64_t bytes) {
    if (bytes > portion_) [[unlikely]]
      refill(bytes);
    portion_ -= bytes;
  }

  // Room for `more` items at the end; charged when the vector's memory grows.
  template <class T>
  void make_room(std::vector<T>& items, size_t more = 1) {
    if (items.capacity() - items.size() < more) [[unlikely]]
      grow(items, more);
  }

 private:
  template <class T>
  [[gnu::noinline]] void grow(std::vector<T>& items, size_t more) {
    const size_t wanted = std::max(items.size() + more, 2 * items.capacity());
    charge((wanted - items.capacity()) * sizeof(T));
    items.reserve(wanted);
  }
  [[gnu::cold]] void refill(uint64_t bytes);

  std::string_view file_;
  std::string_view entry_;
  uint64_t total_;
  uint64_t rest_;         // not yet in the portion
  uint64_t portion_ = 0;  // spent without asking the cancel flag
  const CancelFlag& cancel_;
};

// What a checkpoint may cost beyond its files' own bytes, be it one file or a set: a set shares
// one, by OpenOptions::shared.
struct ReadBudget {
  // `nbytes` of all files together.
  ReadBudget(std::string_view file, uint64_t nbytes, const Limits& limits, const CancelFlag& cancel,
             std::string_view entry = "data.pkl");

  uint64_t inflated;  // bytes out of deflated entries
  uint64_t tensor;    // logical bytes of one tensor
  uint64_t total;     // of all
  Budget values;      // all that is made of pickles; max_total_bytes can only raise it
};

}  // namespace duramen::io
