// Asks for memory before it is needed: a large tree or table is a web of small objects, each a
// wait.
#pragma once

#include <cstddef>

namespace duramen {

inline void prefetch(const void* object, size_t size) noexcept {
  constexpr size_t kLine = 64;
  if (!object) return;
  for (size_t i = 0; i < size; i += kLine) {
    __builtin_prefetch(static_cast<const char*>(object) + i);
  }
}

// What a count's release looks at.
inline void prefetch_head(const void* object) noexcept {
  if (object) __builtin_prefetch(object, 1);
}

}  // namespace duramen
