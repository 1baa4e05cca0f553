#include "kernels/rejection.hpp"

#include <cmath>

#include "kernels/wide_elements.hpp"

namespace duramen::kernels {
namespace {

// What is left of a number that is written to memory and read again.
template <class T>
Wide<T> stored(Wide<T> value) noexcept {
  return wide(narrow<T>(value));
}

template <class T>
struct Bounds {
  Wide<T> low;
  Wide<T> high;
  Bounds(double a, double b) noexcept
      : low(stored<T>(static_cast<Wide<T>>(a))), high(stored<T>(static_cast<Wide<T>>(b))) {}
  bool exclude(T element) const noexcept { return wide(element) < low || wide(element) > high; }
};

}  // namespace

bool any_outside(const Tensor& values, double low, double high) {
  return with_floating_type(values.dtype(), [&]<class T>(T*) {
    const Bounds<T> bounds(low, high);
    const T* data = values.data<T>();
    for (int64_t i = 0, count = values.numel(); i < count; ++i) {
      if (bounds.exclude(data[i])) return true;
    }
    return false;
  });
}

void replace_outside(Tensor& values, const Tensor& fresh, double low, double high) {
  with_floating_type(values.dtype(), [&]<class T>(T*) {
    const Bounds<T> bounds(low, high);
    T* data = values.mutable_data<T>();
    for (int64_t i = 0, count = values.numel(); i < count; ++i) {
      if (bounds.exclude(data[i])) data[i] = fresh.data<T>()[i];
    }
  });
}

bool keep_pending(uint8_t* pending, const Tensor& candidates, const Tensor& draws,
                  const NormalPeak& peak) {
  return with_floating_type(candidates.dtype(), [&]<class T>(T*) {
    using W = Wide<T>;
    // A number that is subtracted is rounded to the element type first, one that divides is not.
    const W mean = stored<T>(static_cast<W>(peak.mean)), std = static_cast<W>(peak.std);
    const W highest = stored<T>(static_cast<W>(peak.log_density));
    bool left = false;
    for (int64_t i = 0, count = candidates.numel(); i < count; ++i) {
      if (!pending[i]) continue;
      const W distance = stored<T>(stored<T>(wide(candidates.data<T>()[i]) - mean) / std);
      const W halved = stored<T>(stored<T>(distance * distance) * W(-0.5));
      const W density = stored<T>(halved - highest);
      pending[i] = stored<T>(std::log(wide(draws.data<T>()[i]))) > density ? 1 : 0;
      left = left || pending[i];
    }
    return left;
  });
}

void take_pending(Tensor& values, const Tensor& candidates, const uint8_t* pending) {
  with_floating_type(values.dtype(), [&]<class T>(T*) {
    for (int64_t i = 0, count = values.numel(); i < count; ++i) {
      if (pending[i]) values.mutable_data<T>()[i] = candidates.data<T>()[i];
    }
  });
}

}  // namespace duramen::kernels
