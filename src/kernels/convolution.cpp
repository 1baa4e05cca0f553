#include "kernels/convolution.hpp"

#include <algorithm>
#include <optional>

#include "kernels/convolution_planes.hpp"

namespace duramen::kernels {

// Whole numbers, which nobody is in a hurry for.
template <>
int64_t places_of_panel<int64_t>() noexcept {
  return 1;
}
template <>
void pack_taps(const int64_t* weight, int64_t row_stride, int64_t rows, const Taps& taps,
               int64_t* packed) noexcept {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t p = 0; p < taps.count; ++p) *packed++ = weight[row * row_stride + taps.weight[p]];
  }
}
template <>
void tap_product(const TapProduct<int64_t>& job, int64_t begin, int64_t end) noexcept {
  for (int64_t place = begin; place < end; ++place) {
    const int64_t col = place % job.pitch;
    if (col >= job.size.w) continue;
    for (int64_t m = 0; m < job.channels; ++m) {
      auto sum = static_cast<uint64_t>(job.bias ? job.bias[m] : 0);
      for (int64_t p = 0; p < job.taps.count; ++p) {
        sum += static_cast<uint64_t>(job.packed[m * job.taps.count + p]) *
               static_cast<uint64_t>(job.source[job.taps.source[p] + place]);
      }
      job.y[m * job.y_channel + place / job.pitch * job.size.w + col] = static_cast<int64_t>(sum);
    }
  }
}

namespace {

constexpr double kSerialWork = 512 * 1024;       // multiply-adds below which one thread is best
constexpr int64_t kPieceWork = 3 * 1024 * 1024;  // of one piece: some 60 µs
// Elements of a block of images: it stays in the second cache; where sums run over the images, in
// the third, so that they are long.
constexpr int64_t kBlock = int64_t{1} << 17;
constexpr int64_t kLongBlock = int64_t{1} << 19;

struct Axes {
  Axis rows;
  Axis columns;
};

Axes axes_of(const ConvShape& s) {
  Axes axes{Axis::of_taps(s.in.h, s.out.h, s.kernel.h, s.stride.h, s.dilation.h),
            Axis::of_taps(s.in.w, s.out.w, s.kernel.w, s.stride.w, s.dilation.w)};
  axes.rows.before = s.before.h;
  axes.rows.after = s.after.h;
  axes.columns.before = s.before.w;
  axes.columns.after = s.after.w;
  return axes;
}

int64_t taps_of(const ConvShape& s) { return s.in_channels * s.kernel.h * s.kernel.w; }

// The taps of a list of sums, in the caller's order.
class TapList {
 public:
  TapList(const Ref<Allocator>& allocator, int64_t count)
      : source_(allocator, count), weight_(allocator, count) {}

  void add(int64_t source, int64_t weight) noexcept {
    source_[count_] = source;
    weight_[count_++] = weight;
  }
  int64_t count() const noexcept { return count_; }
  Taps from(int64_t first) const noexcept {
    return {source_.data() + first, weight_.data() + first, count_ - first};
  }

 private:
  Block<int64_t> source_;
  Block<int64_t> weight_;
  int64_t count_ = 0;
};

// The taps of the forward, in the order of the weight: they read the phases of x.
template <class T>
void list_taps(TapList& list, const ConvShape& s, const Axes& axes, const PhasePlanes<T>& planes) {
  for (int64_t c = 0; c < s.in_channels; ++c) {
    for (int64_t i = 0; i < s.kernel.h; ++i) {
      for (int64_t j = 0; j < s.kernel.w; ++j) {
        const int64_t phase =
            axes.rows.phase_of(i) * axes.columns.phases + axes.columns.phase_of(j);
        list.add(c * planes.channel_elements() + phase * planes.plane_elements() +
                     axes.rows.shift_of(i) * planes.pitch() + axes.columns.shift_of(j),
                 list.count());
      }
    }
  }
}

// Calls body(item, begin, end) for ranges of the places of each item, in parallel when that is
// worth it. `work`: multiply-adds of one place.
template <class T, class Body>
void for_places(ThreadPool& pool, int64_t items, int64_t places, int64_t work, const Body& body) {
  if (static_cast<double>(items) * static_cast<double>(places) * static_cast<double>(work) <=
      kSerialWork) {
    for (int64_t i = 0; i < items; ++i) body(i, 0, places);
    return;
  }
  const int64_t panel = places_of_panel<T>();
  const int64_t range = (kPieceWork / work / panel + 1) * panel;
  const int64_t ranges = (places - 1) / range + 1;
  const int64_t grain = std::max<int64_t>(1, kPieceWork / work / places);
  pool.parallel_for(items * ranges, grain, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t begin = i % ranges * range;
      body(i / ranges, begin, std::min(places, begin + range));
    }
  });
}

int64_t places_of(const Extent& size, int64_t pitch) { return (size.h - 1) * pitch + size.w; }

template <class T>
void forward(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvForward<T>& job) {
  const ConvShape& s = job.shape;
  const Axes axes = axes_of(s);
  const int64_t channels = s.groups * s.in_channels;
  const int64_t block = images_of_block(axes.rows, axes.columns, channels, s.batch, kBlock);
  PhasePlanes<T> planes(allocator, axes.rows, axes.columns, s.border, channels, block);
  TapList list(allocator, taps_of(s));
  list_taps(list, s, axes, planes);
  const Taps taps = list.from(0);
  const int64_t group_weights = s.out_channels * taps.count;
  Block<T> packed(allocator, s.groups * group_weights);
  for (int64_t g = 0; g < s.groups; ++g) {
    pack_taps(job.weight + g * group_weights, taps.count, s.out_channels, taps,
              packed.data() + g * group_weights);
  }
  const int64_t out = s.out.h * s.out.w;
  for (int64_t first = 0; first < s.batch; first += block) {
    const int64_t images = std::min(block, s.batch - first);
    planes.fill(pool, job.x + first * channels * s.in.h * s.in.w, images);
    const auto piece = [&](int64_t item, int64_t begin, int64_t end) {
      const int64_t n = item / s.groups;
      const int64_t g = item % s.groups;
      const T* source = planes.image(n) + g * s.in_channels * planes.channel_elements();
      T* y = job.y + ((first + n) * s.groups + g) * s.out_channels * out;
      const T* bias = job.bias ? job.bias + g * s.out_channels : nullptr;
      tap_product(TapProduct<T>{taps, packed.data() + g * group_weights, s.out_channels, source,
                                planes.pitch(), y, out, s.out, bias},
                  begin, end);
    };
    for_places<T>(pool, images * s.groups, places_of(s.out, planes.pitch()), group_weights, piece);
  }
}

// ---- the gradient of x: convolutions of dy, one for each phase of x -----------------------------

// The taps that reach one phase of x, read backwards from dy with a border of zeros.
struct PhaseTaps {
  int64_t first;  // in the list
  int64_t count;
};

template <class T>
class InputGradient {
 public:
  InputGradient(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvBackward<T>& job)
      : pool_(pool),
        job_(job),
        s_(job.shape),
        axes_(axes_of(s_)),
        rows_(Axis::with_border(s_.out.h, axes_.rows.reach, axes_.rows.reach)),
        columns_(Axis::with_border(s_.out.w, axes_.columns.reach, axes_.columns.reach)),
        block_(images_of_block(rows_, columns_, s_.groups * s_.out_channels, s_.batch, kBlock)),
        dy_(allocator, rows_, columns_, Border::zeros, s_.groups * s_.out_channels, block_),
        list_(allocator, s_.out_channels * s_.kernel.h * s_.kernel.w),
        packed_(allocator, s_.groups * s_.out_channels * taps_of(s_)) {
    // Where x is one phase without tricks at its border, its gradient needs no copy.
    const bool direct = s_.stride.h == 1 && s_.stride.w == 1 && s_.border == Border::zeros;
    if (!direct) {
      phases_.emplace(allocator, axes_.rows, axes_.columns, s_.border, s_.groups * s_.in_channels,
                      block_);
    }
  }

  void run() {
    pack();
    const int64_t out_image = s_.groups * s_.out_channels * s_.out.h * s_.out.w;
    const int64_t in_image = s_.groups * s_.in_channels * s_.in.h * s_.in.w;
    for (int64_t first = 0; first < s_.batch; first += block_) {
      const int64_t images = std::min(block_, s_.batch - first);
      dy_.fill(pool_, job_.dy + first * out_image, images);
      T* dx = job_.dx + first * in_image;
      if (!phases_) {
        const int64_t start = s_.before.h * dy_.pitch() + s_.before.w;
        multiply(images, taps_of_phase(0), start, Target{dx, in_image, s_.in.h * s_.in.w, s_.in});
        continue;
      }
      for (int64_t phase = 0; phase < axes_.rows.phases * axes_.columns.phases; ++phase) {
        multiply(images, taps_of_phase(phase), 0,
                 Target{phases_->image(0) + phase * phases_->plane_elements(),
                        phases_->image_elements(),
                        phases_->channel_elements(),
                        {axes_.rows.size, axes_.columns.size}});
      }
      phases_->collect(pool_, dx, images);
    }
  }

 private:
  struct Target {
    T* data;
    int64_t image;
    int64_t channel;
    Extent size;
  };

  int64_t taps_along(const Axis& axis, int64_t kernel, int64_t phase) const {
    return (kernel - phase - 1) / axis.phases + 1;
  }
  int64_t taps_in(int64_t phase) const {
    return s_.out_channels * taps_along(axes_.rows, s_.kernel.h, phase / axes_.columns.phases) *
           taps_along(axes_.columns, s_.kernel.w, phase % axes_.columns.phases);
  }
  PhaseTaps taps_of_phase(int64_t phase) const {
    int64_t first = 0;
    for (int64_t before = 0; before < phase; ++before) first += taps_in(before);
    return {first, taps_in(phase)};
  }

  void list_phase(int64_t phase) {
    const int64_t kernel = s_.kernel.h * s_.kernel.w;
    for (int64_t o = 0; o < s_.out_channels; ++o) {
      for (int64_t i = phase / axes_.columns.phases; i < s_.kernel.h; i += axes_.rows.phases) {
        for (int64_t j = phase % axes_.columns.phases; j < s_.kernel.w; j += axes_.columns.phases) {
          const int64_t row = axes_.rows.reach - axes_.rows.shift_of(i);
          const int64_t column = axes_.columns.reach - axes_.columns.shift_of(j);
          list_.add(o * dy_.channel_elements() + row * dy_.pitch() + column,
                    o * s_.in_channels * kernel + i * s_.kernel.w + j);
        }
      }
    }
  }

  void pack() {
    const int64_t kernel = s_.kernel.h * s_.kernel.w;
    const int64_t group = s_.out_channels * taps_of(s_);
    for (int64_t phase = 0; phase < axes_.rows.phases * axes_.columns.phases; ++phase) {
      list_phase(phase);
      const PhaseTaps part = taps_of_phase(phase);
      for (int64_t g = 0; g < s_.groups; ++g) {
        pack_taps(job_.weight + g * group, kernel, s_.in_channels, taps(part), packed(part, g));
      }
    }
  }
  Taps taps(const PhaseTaps& part) const {
    Taps taps = list_.from(part.first);
    taps.count = part.count;
    return taps;
  }
  T* packed(const PhaseTaps& part, int64_t group) {
    return packed_.data() + (part.first * s_.groups + group * part.count) * s_.in_channels;
  }

  void multiply(int64_t images, const PhaseTaps& part, int64_t start, const Target& to) {
    const auto piece = [&](int64_t item, int64_t begin, int64_t end) {
      const int64_t n = item / s_.groups;
      const int64_t g = item % s_.groups;
      const T* source = dy_.image(n) + g * s_.out_channels * dy_.channel_elements() + start;
      T* target = to.data + n * to.image + g * s_.in_channels * to.channel;
      tap_product(TapProduct<T>{taps(part), packed(part, g), s_.in_channels, source, dy_.pitch(),
                                target, to.channel, to.size, nullptr},
                  begin, end);
    };
    for_places<T>(pool_, images * s_.groups, places_of(to.size, dy_.pitch()),
                  part.count * s_.in_channels, piece);
  }

  ThreadPool& pool_;
  const ConvBackward<T>& job_;
  const ConvShape& s_;
  Axes axes_;
  Axis rows_;
  Axis columns_;
  int64_t block_;
  PhasePlanes<T> dy_;
  TapList list_;
  Block<T> packed_;
  std::optional<PhasePlanes<T>> phases_;
};

// ---- the gradient of the weight ----------------------------------------------------------------

// Tiles of channels and taps, and of each some rows at a time, in order.
template <class T>
void add_weight_gradient(ThreadPool& pool, const ConvShape& s, const TapGradient<T>& whole,
                         int64_t source_group) {
  constexpr int64_t kChannels = 4;
  constexpr int64_t kTaps = 6;
  const int64_t down = (s.out_channels - 1) / kChannels + 1;
  const int64_t row_work = whole.images * whole.size.w * kChannels * kTaps;
  const int64_t rows = std::clamp<int64_t>(kPieceWork / row_work, 1, whole.size.h);
  const int64_t tiles = std::max<int64_t>(1, kPieceWork / (row_work * rows));
  const int64_t taps = tiles * kTaps;
  const int64_t across = (whole.taps.count - 1) / taps + 1;
  const int64_t pieces = s.groups * down * across;
  const auto piece = [&](TapGradient<T> job, int64_t index) {
    const int64_t g = index / (down * across);
    const int64_t channel = index / across % down * kChannels;
    const int64_t tap = index % across * taps;
    job.source += g * source_group;
    job.dy += g * s.out_channels * job.dy_channel;
    job.dweight += g * s.out_channels * job.taps.count;
    tap_gradient(job, TapPiece{channel, std::min(channel + kChannels, s.out_channels), tap,
                               std::min(tap + taps, job.taps.count)});
  };
  for (int64_t row = 0; row < whole.size.h; row += rows) {
    TapGradient<T> band = whole;
    band.source += row * band.pitch;
    band.dy += row * band.dy_pitch;
    band.size.h = std::min(rows, whole.size.h - row);
    const auto run = [&](int64_t index) { piece(band, index); };
    if (static_cast<double>(row_work) * static_cast<double>(rows * pieces * tiles) > kSerialWork) {
      pool.run(pieces, run);
    } else {
      for (int64_t i = 0; i < pieces; ++i) run(i);
    }
  }
}

// dy with as much after each row as the phases of x have: both planes are one long row then. What
// x has there is multiplied by zeros, so it has to be finite.
template <class T>
class LongRows {
 public:
  LongRows(const Ref<Allocator>& allocator, const ConvShape& s, int64_t pitch, int64_t images)
      : needed_(pitch != s.out.w), pays_(pitch - s.out.w <= s.out.w / 2 + 4) {
    if (!needed_ || !pays_) return;
    planes_.emplace(allocator, Axis::with_border(s.out.h, 0, 0),
                    Axis::with_border(s.out.w, 0, pitch - s.out.w), Border::zeros,
                    s.groups * s.out_channels, images);
  }

  void lengthen(ThreadPool& pool, TapGradient<T>& job, int64_t source_elements) {
    if (needed_ && (!pays_ || !all_finite(job.source, source_elements))) return;
    job.size = {1, (job.size.h - 1) * job.pitch + job.size.w};
    if (!needed_) return;
    planes_->fill(pool, job.dy, job.images);
    job.dy = planes_->image(0);
    job.dy_image = planes_->image_elements();
    job.dy_channel = planes_->channel_elements();
  }

 private:
  bool needed_;
  bool pays_;
  std::optional<PhasePlanes<T>> planes_;
};

template <class T>
void weight_gradient(ThreadPool& pool, const Ref<Allocator>& allocator,
                     const ConvBackward<T>& job) {
  const ConvShape& s = job.shape;
  const Axes axes = axes_of(s);
  const int64_t channels = s.groups * s.in_channels;
  const int64_t block = images_of_block(axes.rows, axes.columns, channels, s.batch, kLongBlock);
  PhasePlanes<T> planes(allocator, axes.rows, axes.columns, s.border, channels, block);
  TapList list(allocator, taps_of(s));
  list_taps(list, s, axes, planes);
  LongRows<T> rows(allocator, s, planes.pitch(), block);
  const int64_t out = s.out.h * s.out.w;
  const int64_t out_image = s.groups * s.out_channels * out;
  std::fill_n(job.dweight, s.groups * s.out_channels * taps_of(s), T(0));
  for (int64_t first = 0; first < s.batch; first += block) {
    const int64_t images = std::min(block, s.batch - first);
    planes.fill(pool, job.x + first * channels * s.in.h * s.in.w, images);
    TapGradient<T> whole{list.from(0),
                         planes.image(0),
                         planes.image_elements(),
                         planes.pitch(),
                         job.dy + first * out_image,
                         out_image,
                         out,
                         s.out.w,
                         images,
                         s.out,
                         job.dweight};
    rows.lengthen(pool, whole, images * planes.image_elements());
    add_weight_gradient(pool, s, whole, s.in_channels * planes.channel_elements());
  }
}

template <class T>
void backward(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvBackward<T>& job) {
  if (job.dx) InputGradient<T>(pool, allocator, job).run();
  if (job.dweight) weight_gradient(pool, allocator, job);
}

}  // namespace

void convolve(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvForward<float>& job) {
  forward(pool, allocator, job);
}
void convolve(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvForward<double>& job) {
  forward(pool, allocator, job);
}
void convolve(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvForward<int64_t>& job) {
  forward(pool, allocator, job);
}
void convolve_backward(ThreadPool& pool, const Ref<Allocator>& allocator,
                       const ConvBackward<float>& job) {
  backward(pool, allocator, job);
}
void convolve_backward(ThreadPool& pool, const Ref<Allocator>& allocator,
                       const ConvBackward<double>& job) {
  backward(pool, allocator, job);
}

}  // namespace duramen::kernels
