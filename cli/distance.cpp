#include "distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "numbers.hpp"

namespace cli {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double part(double a, double b) { return a == b ? 0 : std::fabs(a - b); }

double distance_to(int64_t x, uint64_t y) {
  if (x < 0) return static_cast<double>(y) - static_cast<double>(x);
  const auto natural = static_cast<uint64_t>(x);
  return static_cast<double>(natural < y ? y - natural : natural - y);
}

// Of integers exact, as far as a double can tell.
double distance_at(const Numbers& a, const Numbers& b, size_t i) {
  using Kind = Numbers::Kind;
  if (a.kind() == b.kind() && (a.kind() == Kind::integer || a.kind() == Kind::natural)) {
    const uint64_t x = a.bits(i), y = b.bits(i);
    const bool less =
        a.kind() == Kind::natural ? x < y : static_cast<int64_t>(x) < static_cast<int64_t>(y);
    return static_cast<double>(less ? y - x : x - y);
  }
  if (a.kind() == Kind::integer && b.kind() == Kind::natural) {
    return distance_to(static_cast<int64_t>(a.bits(i)), b.bits(i));
  }
  if (a.kind() == Kind::natural && b.kind() == Kind::integer) {
    return distance_to(static_cast<int64_t>(b.bits(i)), a.bits(i));
  }
  const double real = part(a.real(i), b.real(i));
  if (a.kind() != Kind::complex && b.kind() != Kind::complex) return real;
  return std::hypot(real, part(a.imaginary(i), b.imaginary(i)));
}

// NaN where a part is.
double modulus(const Numbers& numbers, size_t i) {
  const double real = numbers.real(i), imaginary = numbers.imaginary(i);
  if (std::isnan(real) || std::isnan(imaginary)) return std::numeric_limits<double>::quiet_NaN();
  return numbers.kind() == Numbers::Kind::complex ? std::hypot(real, imaginary) : std::fabs(real);
}

// Sums of products for the angle. Chunks of very large or small numbers are scaled before they are
// squared; the sums have the longer exponent of a long double.
class Angle {
 public:
  void add(const Numbers& a, const Numbers& b) {
    const double a_scale = scale_of(a), b_scale = scale_of(b);
    double aa = 0, bb = 0, ab = 0;
    for (size_t i = 0; i < a.count(); ++i) {
      const double x = a.real(i) / a_scale, xi = a.imaginary(i) / a_scale;
      const double y = b.real(i) / b_scale, yi = b.imaginary(i) / b_scale;
      const double one = x * x + xi * xi, other = y * y + yi * yi;
      if (!std::isfinite(one) || !std::isfinite(other)) continue;
      aa += one;
      bb += other;
      ab += x * y + xi * yi;
    }
    aa_ += static_cast<long double>(a_scale) * a_scale * aa;
    bb_ += static_cast<long double>(b_scale) * b_scale * bb;
    ab_ += static_cast<long double>(a_scale) * b_scale * ab;
  }
  std::optional<double> cosine() const {
    if (aa_ == 0 || bb_ == 0) return std::nullopt;
    const auto cosine = static_cast<double>(ab_ / (std::sqrt(aa_) * std::sqrt(bb_)));
    return std::clamp(cosine, -1.0, 1.0);
  }

 private:
  static double scale_of(const Numbers& numbers) {
    constexpr double kLarge = 1e100, kSmall = 1e-100;
    double largest = 0;
    for (size_t i = 0; i < numbers.count(); ++i) {
      const double number = std::max(std::fabs(numbers.real(i)), std::fabs(numbers.imaginary(i)));
      if (std::isfinite(number)) largest = std::max(largest, number);
    }
    return largest > kLarge || (largest > 0 && largest < kSmall) ? largest : 1;
  }

  long double aa_ = 0;
  long double bb_ = 0;
  long double ab_ = 0;
};

void add_element(Distance& sum, const Numbers& a, const Numbers& b, size_t i,
                 const Tolerance& tolerance) {
  const double x = modulus(a, i), y = modulus(b, i);
  sum.a_nan_count += std::isnan(x) ? 1 : 0;
  sum.b_nan_count += std::isnan(y) ? 1 : 0;
  if (std::isnan(x) || std::isnan(y)) {
    sum.outside += std::isnan(x) != std::isnan(y) ? 1 : 0;
    return;
  }
  sum.has_numbers = true;
  const double distance = distance_at(a, b, i);
  if (distance == 0) return;
  sum.absolute = std::max(sum.absolute, distance);
  const bool is_finite = std::isfinite(distance);
  sum.relative = std::max(sum.relative, is_finite ? distance / std::max(x, y) : kInfinity);
  const bool is_within = is_finite && distance <= tolerance.absolute + tolerance.relative * y;
  sum.outside += is_within ? 0 : 1;
}

}  // namespace

Distance distance_between(duramen_context* context, const duramen_tensor* a,
                          const duramen_tensor* b, const Tolerance& tolerance,
                          const std::function<void()>& progress) {
  Numbers x(context, a), y(context, b);
  Distance sum;
  Angle angle;
  for (size_t begin = 0; begin < x.size(); begin += Chunks::kMost) {
    x.read(begin);
    y.read(begin);
    for (size_t i = 0; i < x.count(); ++i) add_element(sum, x, y, i, tolerance);
    angle.add(x, y);
    progress();
  }
  sum.cosine = angle.cosine();
  return sum;
}

}  // namespace cli
