#include "kernels/convolution_planes.hpp"

#include <algorithm>
#include <initializer_list>
#include <new>
#include <numeric>

#include "base/checked.hpp"

namespace duramen::kernels {
namespace {

constexpr int64_t kGrainElements = int64_t{1} << 14;
constexpr int64_t kParallelElements = int64_t{1} << 16;

template <class T>
size_t bytes_of_block(int64_t count) {
  const auto bytes = checked_mul<size_t>(static_cast<size_t>(count), sizeof(T));
  if (count < 0 || !bytes) throw std::bad_alloc();
  return *bytes;
}

int64_t product(std::initializer_list<int64_t> factors) {
  int64_t out = 1;
  for (const int64_t factor : factors) {
    if (mul_overflows(out, factor, &out)) throw std::bad_alloc();
  }
  return out;
}

// The element of a plane of n that position i of its border shows.
int64_t beyond(int64_t i, int64_t n, Border border) noexcept {
  switch (border) {
    case Border::zeros:
      return -1;
    case Border::reflect:
      return i < 0 ? -i : 2 * (n - 1) - i;
    case Border::replicate:
      return i < 0 ? 0 : n - 1;
    case Border::circular:
      return i < 0 ? i + n : i - n;
  }
  return -1;
}

}  // namespace

template <class T>
Block<T>::Block(Ref<Allocator> allocator, int64_t count)
    : allocator_(std::move(allocator)),
      nbytes_(bytes_of_block<T>(count)),
      data_(static_cast<T*>(allocator_->allocate(nbytes_))) {}

Axis Axis::of_taps(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation) {
  const int64_t reach = (kernel - 1) * dilation / stride;
  const int64_t phases = std::min(kernel, stride / std::gcd(stride, dilation));
  return {in, 0, 0, stride, dilation, phases, reach, out + reach};
}

Axis Axis::with_border(int64_t in, int64_t before, int64_t after) {
  return {in, before, after, 1, 1, 1, 0, in + before + after};
}

Sources::Sources(const Ref<Allocator>& allocator, const Axis& axis, Border border)
    : axis_(axis), table_(allocator, product({axis.phases, axis.size})) {
  for (int64_t phase = 0; phase < axis.phases; ++phase) {
    for (int64_t place = 0; place < axis.size; ++place) {
      const int64_t i = axis.first_of(phase) + place * axis.stride - axis.before;
      int64_t source = i;
      // Places behind the padded plane fill the phase up: no tap that counts reads them.
      if (i >= axis.in + axis.after)
        source = -1;
      else if (i < 0 || i >= axis.in)
        source = beyond(i, axis.in, border);
      table_[phase * axis.size + place] = source;
    }
  }
}

Sources::Line Sources::line(int64_t phase) const noexcept {
  const int64_t first = axis_.first_of(phase) - axis_.before;
  const int64_t most = std::min(axis_.in, axis_.in + axis_.after);
  Line line{table_.data() + phase * axis_.size, 0, 0, 0};
  line.lead = first >= 0 ? 0 : (-first - 1) / axis_.stride + 1;
  line.lead = std::min(line.lead, axis_.size);
  line.start = first + line.lead * axis_.stride;
  if (line.start < most) {
    line.run = std::min(axis_.size - line.lead, (most - line.start - 1) / axis_.stride + 1);
  }
  return line;
}

template <class T>
PhasePlanes<T>::PhasePlanes(const Ref<Allocator>& allocator, const Axis& rows, const Axis& columns,
                            Border border, int64_t channels, int64_t images)
    : rows_(rows),
      columns_(columns),
      channels_(channels),
      row_sources_(allocator, rows, border),
      column_sources_(allocator, columns, border),
      data_(allocator,
            product({images, channels, rows.phases, columns.phases, rows.size, columns.size}) +
                kSlack) {
  std::fill_n(image(images), kSlack, T(0));
}

template <class T>
template <class Body>
void PhasePlanes<T>::for_channels(ThreadPool& pool, int64_t images, const Body& body) const {
  const int64_t count = images * channels_;
  const auto each = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
  };
  if (count * channel_elements() < kParallelElements) return each(0, count);
  pool.parallel_for(count, std::max<int64_t>(1, kGrainElements / channel_elements()), each);
}

template <class T>
void PhasePlanes<T>::fill(ThreadPool& pool, const T* x, int64_t images) {
  T* to = data_.data();
  for_channels(pool, images, [&](int64_t i) {
    fill_channel(x + i * rows_.in * columns_.in, to + i * channel_elements());
  });
}

template <class T>
void PhasePlanes<T>::collect(ThreadPool& pool, T* x, int64_t images) const {
  const T* from = data_.data();
  for_channels(pool, images, [&](int64_t i) {
    collect_channel(from + i * channel_elements(), x + i * rows_.in * columns_.in);
  });
}

namespace {

template <class T>
void fill_line(const T* from, const Sources::Line& line, int64_t size, int64_t stride, T* to) {
  const auto pick = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      to[i] = line.sources[i] < 0 ? T(0) : from[line.sources[i]];
    }
  };
  pick(0, line.lead);
  const T* run = from + line.start;
  if (stride == 1) {
    std::copy_n(run, line.run, to + line.lead);
  } else if (stride == 2) {  // whose loop vectorises
    for (int64_t i = 0; i < line.run; ++i) to[line.lead + i] = run[i * 2];
  } else {
    for (int64_t i = 0; i < line.run; ++i) to[line.lead + i] = run[i * stride];
  }
  pick(line.lead + line.run, size);
}

template <class T>
void collect_line(const T* from, const Sources::Line& line, int64_t size, int64_t stride, T* to) {
  const auto put = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (line.sources[i] >= 0) to[line.sources[i]] += from[i];
    }
  };
  put(0, line.lead);
  T* run = to + line.start;
  for (int64_t i = 0; i < line.run; ++i) run[i * stride] += from[line.lead + i];
  put(line.lead + line.run, size);
}

}  // namespace

template <class T>
void PhasePlanes<T>::fill_channel(const T* x, T* to) const noexcept {
  for (int64_t u = 0; u < rows_.phases; ++u) {
    for (int64_t v = 0; v < columns_.phases; ++v) {
      const Sources::Line line = column_sources_.line(v);
      for (int64_t row = 0; row < rows_.size; ++row, to += columns_.size) {
        const int64_t source = row_sources_.source(u, row);
        if (source < 0) {
          std::fill_n(to, columns_.size, T(0));
        } else {
          fill_line(x + source * columns_.in, line, columns_.size, columns_.stride, to);
        }
      }
    }
  }
}

template <class T>
void PhasePlanes<T>::collect_channel(const T* from, T* x) const noexcept {
  std::fill_n(x, rows_.in * columns_.in, T(0));
  for (int64_t u = 0; u < rows_.phases; ++u) {
    for (int64_t v = 0; v < columns_.phases; ++v) {
      const Sources::Line line = column_sources_.line(v);
      for (int64_t row = 0; row < rows_.size; ++row, from += columns_.size) {
        const int64_t source = row_sources_.source(u, row);
        if (source < 0) continue;
        collect_line(from, line, columns_.size, columns_.stride, x + source * columns_.in);
      }
    }
  }
}

int64_t images_of_block(const Axis& rows, const Axis& columns, int64_t channels, int64_t batch,
                        int64_t most) {
  const int64_t elements =
      product({channels, rows.phases, columns.phases, rows.size, columns.size});
  return std::clamp<int64_t>(most / elements, 1, batch);
}

template class Block<float>;
template class Block<double>;
template class Block<int64_t>;
template class PhasePlanes<float>;
template class PhasePlanes<double>;
template class PhasePlanes<int64_t>;

}  // namespace duramen::kernels
