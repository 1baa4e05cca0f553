// Images copied with their border into phases, where each tap of a convolution reads a run of
// memory: element (channel, phase, row q, column q) of an image is the one at row
// first_of(phase) + q · stride of the padded plane, and likewise its column.
#pragma once

#include "kernels/convolution_loops.hpp"

namespace duramen::kernels {

// Memory of a kernel, given back at its end. Throws std::bad_alloc.
template <class T>
class Block {
 public:
  Block(Ref<Allocator> allocator, int64_t count);
  ~Block() { allocator_->deallocate(data_, nbytes_); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  T& operator[](int64_t i) noexcept { return data_[i]; }
  const T& operator[](int64_t i) const noexcept { return data_[i]; }

 private:
  Ref<Allocator> allocator_;
  size_t nbytes_;
  T* data_;
};

// The rows of padded planes, or the columns.
struct Axis {
  int64_t in;  // of the plane itself
  int64_t before;
  int64_t after;
  int64_t stride;
  int64_t dilation;
  int64_t phases;
  int64_t reach;  // the largest shift of a tap
  int64_t size;   // of a phase

  static Axis of_taps(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation);
  // One phase, with zeros around.
  static Axis with_border(int64_t in, int64_t before, int64_t after);

  // Tap k reads phase_of(k), shifted.
  int64_t phase_of(int64_t tap) const noexcept { return tap % phases; }
  int64_t shift_of(int64_t tap) const noexcept { return tap * dilation / stride; }
  int64_t first_of(int64_t phase) const noexcept { return phase * dilation % stride; }
};

// Where the places of an axis come from.
class Sources {
 public:
  Sources(const Ref<Allocator>& allocator, const Axis& axis, Border border);

  // Of a phase: the places [lead, lead + run) come from start, start + stride, …; each of the
  // others from a single element, or is a zero (-1).
  struct Line {
    const int64_t* sources;
    int64_t lead;
    int64_t run;
    int64_t start;
  };
  Line line(int64_t phase) const noexcept;
  int64_t source(int64_t phase, int64_t place) const noexcept {
    return table_[phase * axis_.size + place];
  }

 private:
  Axis axis_;
  Block<int64_t> table_;
};

template <class T>
class PhasePlanes {
 public:
  PhasePlanes(const Ref<Allocator>& allocator, const Axis& rows, const Axis& columns, Border border,
              int64_t channels, int64_t images);

  // Copies images, `channels` planes each.
  void fill(ThreadPool& pool, const T* x, int64_t images);
  // The other way: each element of x becomes the sum of the places that come from it.
  void collect(ThreadPool& pool, T* x, int64_t images) const;

  T* image(int64_t index) noexcept { return data_.data() + index * image_elements(); }
  const T* image(int64_t index) const noexcept { return data_.data() + index * image_elements(); }
  int64_t plane_elements() const noexcept { return rows_.size * columns_.size; }
  int64_t channel_elements() const noexcept {
    return rows_.phases * columns_.phases * plane_elements();
  }
  int64_t image_elements() const noexcept { return channels_ * channel_elements(); }
  int64_t pitch() const noexcept { return columns_.size; }

 private:
  void fill_channel(const T* x, T* to) const noexcept;
  void collect_channel(const T* from, T* x) const noexcept;
  template <class Body>
  void for_channels(ThreadPool& pool, int64_t images, const Body& body) const;

  Axis rows_;
  Axis columns_;
  int64_t channels_;
  Sources row_sources_;
  Sources column_sources_;
  Block<T> data_;
};

// Images that go through a loop together, of `most` elements or a single one.
int64_t images_of_block(const Axis& rows, const Axis& columns, int64_t channels, int64_t batch,
                        int64_t most);

extern template class Block<float>;
extern template class Block<double>;
extern template class Block<int64_t>;
extern template class PhasePlanes<float>;
extern template class PhasePlanes<double>;
extern template class PhasePlanes<int64_t>;

}  // namespace duramen::kernels
