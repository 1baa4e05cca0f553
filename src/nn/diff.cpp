#include "nn/diff.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/text.hpp"
#include "kernels/convert_elements.hpp"

namespace duramen::nn {
namespace {

using kernels::kWideCount;
using kernels::Wide;

constexpr int64_t kBetweenChecks = 1 << 20;  // elements

// The elements side by side in C order; where they lie so already, where they are.
class Bytes {
 public:
  explicit Bytes(const Tensor& tensor) : first_(tensor.bytes()) {
    if (tensor.is_contiguous()) return;
    gathered_.resize(static_cast<size_t>(tensor.nbytes()));
    copy_to_bytes(tensor, gathered_.data());
    first_ = gathered_.data();
  }
  const std::byte* at(int64_t offset) const noexcept { return first_ + offset; }

 private:
  std::vector<std::byte> gathered_;
  const std::byte* first_;
};

bool same_elements(const Tensor& a, const Tensor& b) {
  if (a.bytes() == b.bytes() && a.strides() == b.strides()) return true;
  const auto count = static_cast<size_t>(a.nbytes());
  return count == 0 || std::memcmp(Bytes(a).at(0), Bytes(b).at(0), count) == 0;
}

// One element as real and imaginary part; integers keep all their bits beside.
struct Number {
  double real;
  double imaginary;
  bool is_nan() const noexcept { return std::isnan(real) || std::isnan(imaginary); }
};

class Reader {
 public:
  Reader(const Tensor& tensor, const Bytes& bytes)
      : bytes_(bytes),
        dtype_(tensor.dtype()),
        size_(static_cast<int64_t>(itemsize(dtype_))),
        kind_(kernels::wide_of(dtype_)) {}

  void read(int64_t begin, int64_t count) noexcept {
    kernels::widen({bytes_.at(begin * size_), size_, count}, dtype_, wide_);
  }
  Wide kind() const noexcept { return kind_; }
  const kernels::WideBuffer& wide() const noexcept { return wide_; }
  Number operator[](int64_t i) const noexcept {
    if (kind_ == Wide::integer) return {static_cast<double>(wide_.integer[i]), 0};
    if (kind_ == Wide::natural) return {static_cast<double>(wide_.natural[i]), 0};
    return {wide_.real[i], kind_ == Wide::complex ? wide_.imaginary[i] : 0};
  }

 private:
  const Bytes& bytes_;
  Dtype dtype_;
  int64_t size_;
  Wide kind_;
  kernels::WideBuffer wide_;
};

double part_distance(double a, double b) noexcept { return a == b ? 0 : std::abs(a - b); }

double distance_of(int64_t x, uint64_t y) noexcept {
  if (x < 0) return static_cast<double>(y) - static_cast<double>(x);
  const auto natural = static_cast<uint64_t>(x);
  return static_cast<double>(natural < y ? y - natural : natural - y);
}

double distance_of(const Reader& a, const Reader& b, int64_t i) noexcept {
  if (a.kind() == Wide::integer && b.kind() == Wide::integer) {
    const int64_t x = a.wide().integer[i], y = b.wide().integer[i];
    const uint64_t way = static_cast<uint64_t>(x) - static_cast<uint64_t>(y);
    return static_cast<double>(x < y ? 0 - way : way);
  }
  if (a.kind() == Wide::natural && b.kind() == Wide::natural) {
    const uint64_t x = a.wide().natural[i], y = b.wide().natural[i];
    return static_cast<double>(x < y ? y - x : x - y);
  }
  if (a.kind() == Wide::integer && b.kind() == Wide::natural) {
    return distance_of(a.wide().integer[i], b.wide().natural[i]);
  }
  if (a.kind() == Wide::natural && b.kind() == Wide::integer) {
    return distance_of(b.wide().integer[i], a.wide().natural[i]);
  }
  const Number x = a[i], y = b[i];
  return std::hypot(part_distance(x.real, y.real), part_distance(x.imaginary, y.imaginary));
}

void count_element(Diff::Item& item, const Reader& a, const Reader& b, int64_t i,
                   bool same_bits) noexcept {
  const bool a_nan = a[i].is_nan(), b_nan = b[i].is_nan();
  item.a.nan_count += a_nan;
  item.b.nan_count += b_nan;
  item.nan_in_one += a_nan != b_nan;
  if (a_nan || b_nan) {
    item.different += !same_bits && !(item.what & Diff::dtype && a_nan && b_nan);
    return;
  }
  const double distance = distance_of(a, b, i);
  item.has_distance = true;
  item.distance = std::max(item.distance, distance);
  item.different += item.what & Diff::dtype ? distance != 0 : !same_bits;
}

// Requires: equal shapes.
void compare_elements(Diff::Item& item, const Tensor& a, const Tensor& b,
                      const CancelFlag& cancel) {
  const bool has_numbers = kernels::is_arithmetic(a.dtype()) && kernels::is_arithmetic(b.dtype());
  if (!has_numbers) {
    if (a.dtype() != b.dtype()) return;
    item.different = static_cast<uint64_t>(a.numel());  // of packed elements nobody tells which
    return;
  }
  const Bytes a_bytes(a), b_bytes(b);
  Reader a_reader(a, a_bytes), b_reader(b, b_bytes);
  const auto size = static_cast<int64_t>(itemsize(a.dtype()));
  const bool same_dtype = a.dtype() == b.dtype();
  for (int64_t begin = 0; begin < a.numel(); begin += kWideCount) {
    if (begin % kBetweenChecks == 0) cancel.check("diff");
    const int64_t count = std::min(kWideCount, a.numel() - begin);
    a_reader.read(begin, count);
    b_reader.read(begin, count);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t at = (begin + i) * size;
      const bool same_bits =
          same_dtype && std::memcmp(a_bytes.at(at), b_bytes.at(at), static_cast<size_t>(size)) == 0;
      count_element(item, a_reader, b_reader, i, same_bits);
    }
  }
}

bool same_bits(double a, double b) noexcept {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

// Of all entries together, a shared value each time that it is met: what the .pt reader takes.
constexpr uint64_t kMostValues = 10'000'000;
constexpr uint64_t kValuesBetweenChecks = 4096;

class ValueComparison {
 public:
  explicit ValueComparison(const CancelFlag& cancel) noexcept : cancel_(cancel) {}

  bool operator()(const Value& a, const Value& b);

 private:
  void count();
  bool each_equal(std::span<const ValueRef> some, std::span<const ValueRef> others) {
    return std::equal(some.begin(), some.end(), others.begin(),
                      [this](const ValueRef& p, const ValueRef& q) { return (*this)(*p, *q); });
  }

  const CancelFlag& cancel_;
  uint64_t count_ = 0;
};

void ValueComparison::count() {
  if (count_ % kValuesBetweenChecks == 0) cancel_.check("diff");
  if (++count_ <= kMostValues) return;
  throw Error(Code::limit, join("diff: the values are too large when their shared parts are walked "
                                "(expected at most ",
                                kMostValues, " in all)"));
}

// Values are nested 1000 deep at most.
bool ValueComparison::operator()(const Value& a, const Value& b) {
  if (&a == &b) return true;
  count();
  if (a.kind() != b.kind() || a.count() != b.count() || a.keys().size() != b.keys().size() ||
      a.as_text() != b.as_text()) {
    return false;
  }
  if (const Tensor* tensor = a.as_tensor()) {
    const Tensor& other = *b.as_tensor();
    return tensor->dtype() == other.dtype() && tensor->shape() == other.shape() &&
           same_elements(*tensor, other);
  }
  const std::complex<double> x = a.as_complex(), y = b.as_complex();
  const bool same_number = same_bits(x.real(), y.real()) && same_bits(x.imag(), y.imag());
  if (!same_number || a.as_integer() != b.as_integer()) return false;
  const Value *mine = a.attributes(), *theirs = b.attributes();
  if (!mine != !theirs || (mine && !(*this)(*mine, *theirs))) return false;
  return each_equal(a.items(), b.items()) && each_equal(a.keys(), b.keys());
}

Diff::Side side_of(const StateEntry* entry) {
  if (!entry || !entry->tensor) return {};
  return {entry->tensor->dtype(), entry->tensor->shape(), 0};
}

void compare(Diff::Item& item, const StateEntry& a, const StateEntry& b,
             ValueComparison& equal_values, const CancelFlag& cancel) {
  if (!a.tensor || !b.tensor) {
    const bool equal = a.value && b.value && equal_values(*a.value, *b.value);
    if (!equal) item.what = Diff::value;
    return;
  }
  const Tensor &x = *a.tensor, &y = *b.tensor;
  if (x.shape() != y.shape()) item.what |= Diff::shape;
  if (x.dtype() != y.dtype()) item.what |= Diff::dtype;
  if (item.what & Diff::shape || (item.what == 0 && same_elements(x, y))) return;
  compare_elements(item, x, y, cancel);
  if (item.different > 0) item.what |= Diff::elements;
}

// ---- as JSON -----------------------------------------------------------------------------------

void append_text(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_side(std::string& out, const Diff::Side& side, bool compared) {
  if (side.dtype == Dtype::invalid) {
    out += "null";
    return;
  }
  out += join("{\"dtype\": \"", dtype_name(side.dtype), "\", \"shape\": ", format_shape(side.shape),
              ", \"nan\": ", compared ? std::to_string(side.nan_count) : "null", "}");
}

void append_what(std::string& out, uint32_t what) {
  constexpr std::string_view kNames[] = {"only_a", "only_b", "value", "shape", "dtype", "elements"};
  out += '[';
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (!(what & (1u << i))) continue;
    if (out.back() != '[') out += ", ";
    append_text(out, kNames[i]);
  }
  out += ']';
}

void append_item(std::string& out, const Diff::Item& item) {
  const bool compared = item.a.dtype != Dtype::invalid && item.b.dtype != Dtype::invalid &&
                        !(item.what & Diff::shape);
  const auto number = [compared](uint64_t n) { return compared ? std::to_string(n) : "null"; };
  out += "{\"name\": ";
  append_text(out, item.name);
  out += ", \"what\": ";
  append_what(out, item.what);
  out += ", \"a\": ";
  append_side(out, item.a, compared);
  out += ", \"b\": ";
  append_side(out, item.b, compared);
  out += join(", \"different\": ", number(item.different),
              ", \"nan_in_one\": ", number(item.nan_in_one), ", \"max_abs\": ");
  if (!item.has_distance) {
    out += "null}";
  } else if (std::isfinite(item.distance)) {
    out += format_float(item.distance) + "}";
  } else {
    out += "\"inf\"}";
  }
}

}  // namespace

Ref<Diff> diff(const StateDict& a, const StateDict& b, WantsEntry wanted,
               const CancelFlag& cancel) {
  auto made = make<Diff>();
  ValueComparison equal_values(cancel);
  for (const auto& [name, entry] : a.entries()) {
    if (!wanted(name, entry)) continue;
    cancel.check("diff");
    const StateEntry* other = b.entries().find(name);
    Diff::Item item{.name = name, .a = side_of(&entry), .b = side_of(other)};
    if (other) {
      compare(item, entry, *other, equal_values, cancel);
    } else {
      item.what = Diff::only_a;
    }
    if (item.what != 0) {
      made->items.push_back(std::move(item));
    } else {
      ++made->equal_count;
    }
  }
  for (const auto& [name, entry] : b.entries()) {
    if (a.entries().contains(name) || !wanted(name, entry)) continue;
    made->items.push_back({.name = name, .what = Diff::only_b, .a = {}, .b = side_of(&entry)});
  }
  return made;
}

std::string to_json(const Diff& diff) {
  std::string out = join("{\"equal\": ", diff.items.empty() ? "true" : "false",
                         ", \"equal_entries\": ", diff.equal_count, ", \"differences\": [");
  for (const Diff::Item& item : diff.items) {
    if (&item != diff.items.data()) out += ", ";
    append_item(out, item);
  }
  return out + "]}";
}

}  // namespace duramen::nn
