#include "kernels/copy.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/small_float.hpp"
#include "support/catch.hpp"

using namespace duramen;

namespace {

TensorRef make_tensor(Shape shape, Dtype dtype) {
  return empty(make<Allocator>(), std::move(shape), dtype);
}

TensorRef of_doubles(const std::vector<double>& values) {
  const auto tensor = make_tensor({static_cast<int64_t>(values.size())}, Dtype::float64);
  std::memcpy(tensor->mutable_bytes(), values.data(), values.size() * sizeof(double));
  return tensor;
}

template <class T>
std::vector<T> converted(const std::vector<double>& values, Dtype dtype) {
  ThreadPool pool(1);
  const auto out = make_tensor({static_cast<int64_t>(values.size())}, dtype);
  kernels::copy(pool, *out, *of_doubles(values));
  return {out->data<T>(), out->data<T>() + values.size()};
}

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

}  // namespace

// The expected values were recorded from PyTorch 2.15 on x86-64.
TEST_CASE("floats become integers by truncation, and wrap as PyTorch's do", "[kernels][copy]") {
  const std::vector<double> values{300.7, -300.7, 70000.5, -1.5, 3e9, kInf, kNan, 255.9, -0.5};
  CHECK(converted<int8_t>(values, Dtype::int8) ==
        std::vector<int8_t>{44, -44, 112, -1, 0, 0, 0, -1, 0});
  CHECK(converted<uint8_t>(values, Dtype::uint8) ==
        std::vector<uint8_t>{44, 212, 112, 255, 0, 0, 0, 255, 0});
  CHECK(converted<int16_t>(values, Dtype::int16) ==
        std::vector<int16_t>{300, -300, 4464, -1, 0, 0, 0, 255, 0});
  CHECK(converted<int32_t>(values, Dtype::int32) ==
        std::vector<int32_t>{300, -300, 70000, -1, INT32_MIN, INT32_MIN, INT32_MIN, 255, 0});
  CHECK(converted<uint32_t>({3e9, -3e9, 5e9, -1.5}, Dtype::uint32) ==
        std::vector<uint32_t>{3000000000u, 2147483648u, 0u, 4294967295u});
  CHECK(converted<int64_t>({5e9, 1e19, kNan}, Dtype::int64) ==
        std::vector<int64_t>{5000000000, INT64_MIN, INT64_MIN});
  CHECK(converted<uint64_t>({1e19, -1.5, 2e19}, Dtype::uint64) ==
        std::vector<uint64_t>{10000000000000000000u, UINT64_MAX, 0});
}

TEST_CASE("bool is whether a number is not zero", "[kernels][copy]") {
  CHECK(converted<uint8_t>({0.0, -0.0, 0.5, kNan, -3}, Dtype::boolean) ==
        std::vector<uint8_t>{0, 0, 1, 1, 1});
  ThreadPool pool(1);
  const auto pairs = make_tensor({2}, Dtype::complex64);
  const float parts[] = {0, 1, 0, 0};
  std::memcpy(pairs->mutable_bytes(), parts, sizeof parts);
  const auto truths = make_tensor({2}, Dtype::boolean);
  kernels::copy(pool, *truths, *pairs);
  CHECK(truths->data<uint8_t>()[0] == 1);
  CHECK(truths->data<uint8_t>()[1] == 0);
}

TEST_CASE("small floats round to nearest even and overflow as PyTorch's do", "[kernels][copy]") {
  const std::vector<double> values{1.0, 65519.0, 65520.0, 1e-8, -2.0, 0x1p-25, 0x1.8p-25};
  CHECK(converted<uint16_t>(values, Dtype::float16) ==
        std::vector<uint16_t>{0x3c00, 0x7bff, 0x7c00, 0, 0xc000, 0, 1});
  CHECK(converted<uint16_t>({1.0, 1.00390625, 1.01171875, kInf}, Dtype::bfloat16) ==
        std::vector<uint16_t>{0x3f80, 0x3f80, 0x3f82, 0x7f80});
  CHECK(converted<uint8_t>({448, 464, 465, -1e9, kInf}, Dtype::float8_e4m3fn) ==
        std::vector<uint8_t>{0x7e, 0x7e, 0x7f, 0xff, 0x7f});
  CHECK(converted<uint8_t>({57344, 61440, kInf, -kInf}, Dtype::float8_e5m2) ==
        std::vector<uint8_t>{0x7b, 0x7c, 0x7c, 0xfc});
  CHECK(converted<uint8_t>({240, 248, -0.0, kInf}, Dtype::float8_e4m3fnuz) ==
        std::vector<uint8_t>{0x7f, 0x80, 0, 0x80});
  CHECK(converted<uint8_t>({57344, 61440, -1e-9}, Dtype::float8_e5m2fnuz) ==
        std::vector<uint8_t>{0x7f, 0x80, 0});
  CHECK(converted<uint8_t>({1.0, 1.5, 1.4, 3.0, kInf}, Dtype::float8_e8m0fnu) ==
        std::vector<uint8_t>{127, 128, 127, 129, 255});
}

template <class Format>
bool codes_come_back(uint32_t count) {
  for (uint32_t code = 0; code < count; ++code) {
    const Format format{static_cast<decltype(Format::code)>(code)};
    const float value = format.value();
    const Format again = Format::from(value);
    if (std::isnan(value) ? !std::isnan(again.value()) : again.code != format.code) return false;
  }
  return true;
}

TEST_CASE("every code of a small format survives the way through float", "[kernels][copy]") {
  CHECK(codes_come_back<kernels::Half>(65536));
  CHECK(codes_come_back<kernels::Bfloat16>(65536));
  CHECK(codes_come_back<kernels::Float8E4m3fn>(256));
  CHECK(codes_come_back<kernels::Float8E5m2>(256));
  CHECK(codes_come_back<kernels::Float8E4m3fnuz>(256));
  CHECK(codes_come_back<kernels::Float8E5m2fnuz>(256));
  CHECK(codes_come_back<kernels::Float8E8m0fnu>(256));
}

TEST_CASE("large integers reach float32 with one rounding", "[kernels][copy]") {
  ThreadPool pool(1);
  const auto from = make_tensor({2}, Dtype::int64);
  from->mutable_data<int64_t>()[0] = (int64_t{1} << 60) + (int64_t{1} << 36) + 1;
  from->mutable_data<int64_t>()[1] = -3;
  const auto to = make_tensor({2}, Dtype::float32);
  kernels::copy(pool, *to, *from);
  CHECK(to->data<float>()[0] == 0x1.000002p60f);
  CHECK(to->data<float>()[1] == -3.0f);
}

TEST_CASE("a copy between any strides keeps each element's place", "[kernels][copy]") {
  ThreadPool pool(2);
  for (const Dtype dtype :
       {Dtype::uint8, Dtype::float16, Dtype::float32, Dtype::float64, Dtype::complex128}) {
    const auto base = make_tensor({70, 3, 45}, Dtype::float64);
    for (int64_t i = 0; i < base->numel(); ++i) base->mutable_data<double>()[i] = double(i % 251);
    const auto typed = make_tensor({70, 3, 45}, dtype);
    kernels::copy(pool, *typed, *base);
    const int64_t order[] = {2, 0, 1};
    const auto turned = alias(*typed, view_permute(typed->layout(), order));
    const auto out = make_tensor({45, 70, 3}, dtype);
    kernels::copy(pool, *out, *turned);
    const auto back = make_tensor({45, 140, 3}, Dtype::int64);
    const auto odd = alias(*back, view_slice(back->layout(), 1, 1, 140, 2));
    kernels::copy(pool, *odd, *out);
    bool equal = true;
    for (int64_t i = 0; i < 45 * 70 * 3; ++i) {
      const int64_t a = i / 210, b = i / 3 % 70, c = i % 3;
      equal &= back->data<int64_t>()[(a * 140 + 2 * b + 1) * 3 + c] == (b * 135 + c * 45 + a) % 251;
    }
    CHECK(equal);
  }
}

TEST_CASE("an expanded input is repeated", "[kernels][copy]") {
  ThreadPool pool(1);
  const auto row = of_doubles({1, 2, 3});
  const int64_t shape[] = {4, 3};
  const auto wide = alias(*row, view_expand(row->layout(), shape));
  const auto out = make_tensor({4, 3}, Dtype::float32);
  kernels::copy(pool, *out, *wide);
  for (int i = 0; i < 12; ++i) CHECK(out->data<float>()[i] == float(i % 3 + 1));
}

TEST_CASE("opaque elements move but do not convert", "[kernels][copy]") {
  CHECK(kernels::can_convert(Dtype::qint8, Dtype::qint8));
  CHECK(!kernels::can_convert(Dtype::qint8, Dtype::int8));
  CHECK(kernels::can_convert(Dtype::complex32, Dtype::float8_e5m2));
  ThreadPool pool(1);
  const auto from = make_tensor({3}, Dtype::quint8);
  const auto to = make_tensor({3}, Dtype::quint8);
  const auto other = make_tensor({3}, Dtype::uint8);
  std::memcpy(from->mutable_bytes(), "abc", 3);
  kernels::copy(pool, *to, *from);
  CHECK(std::memcmp(to->bytes(), "abc", 3) == 0);
  CHECK_THROWS_AS(kernels::copy(pool, *other, *from), Error);
}

TEST_CASE("a fill reaches the view and nothing else, and moves the version", "[kernels][copy]") {
  const auto tensor = make_tensor({3, 4}, Dtype::float32);
  kernels::fill(*tensor, 1.5);
  const auto column = alias(*tensor, view_select(tensor->layout(), 1, 2));
  kernels::fill_integer(*column, 7);
  for (int i = 0; i < 12; ++i) CHECK(tensor->data<float>()[i] == (i % 4 == 2 ? 7.0f : 1.5f));
  CHECK(tensor->storage()->version() == 2);
  const auto exact = make_tensor({1}, Dtype::int64);
  kernels::fill_integer(*exact, INT64_MAX);
  CHECK(exact->data<int64_t>()[0] == INT64_MAX);
  kernels::fill(*exact, -2.9);
  CHECK(kernels::read_double(exact->bytes(), Dtype::int64) == -2.0);
}

TEST_CASE("memory that may not be written is refused", "[kernels][copy]") {
  float value = 1;
  const auto tensor = make<Tensor>(Storage::borrow(&value, 4, true, nullptr, nullptr),
                                   contiguous_layout({1}), Dtype::float32);
  CHECK_THROWS_AS(kernels::fill(*tensor, 2), Error);
  CHECK(value == 1);
}
