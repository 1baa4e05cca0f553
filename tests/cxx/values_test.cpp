// Elements, shapes and values from C++ types and back.
#include <complex>
#include <duramen/duramen.hpp>
#include <numeric>

#include "support/catch.hpp"

using duramen::Context;
using duramen::Dtype;
using duramen::Tensor;
using duramen::Value;

namespace {

TEST_CASE("elements go in and out with their type", "[cxx]") {
  const Context context;
  const Tensor a = Tensor::copy(context, std::vector<int64_t>{1, 2, 3, 4, 5, 6}, {{2, 3}});
  CHECK(a.dtype() == Dtype::int64);
  CHECK(duramen::name(a.dtype()) == "int64");
  CHECK(a.shape() == std::vector<int64_t>{2, 3});
  CHECK(a.strides() == std::vector<int64_t>{3, 1});
  const auto values = a.values<int64_t>();
  CHECK(std::accumulate(values.begin(), values.end(), int64_t{0}) == 21);
  a.mutable_values<int64_t>()[0] = 10;
  CHECK(a.to_vector<double>(context)[0] == 10.0);

  const Tensor turned = duramen::transpose(context, a, 0, 1);
  CHECK(turned.to_vector<int64_t>(context) == std::vector<int64_t>{10, 4, 2, 5, 3, 6});
  CHECK_THROWS_AS(turned.values<int64_t>(), duramen::StateError);
  try {
    (void)a.data<float>();
    FAIL("int64 elements were lent as float");
  } catch (const duramen::DtypeMismatch& error) {
    CHECK(std::string(error.what()).find("expected float32, got int64") != std::string::npos);
  }

  CHECK(Tensor::copy(context, std::vector<float>{1, 2}).shape() == std::vector<int64_t>{2});
  CHECK(Tensor::full(context, {}, 2.5).item() == 2.5);
  const std::complex<float> number(1, -1);
  const Tensor complex = Tensor::copy(context, &number, {1});
  CHECK(complex.data<std::complex<float>>()[0] == number);
}

TEST_CASE("shapes of any rank", "[cxx]") {
  const Context context;
  const std::vector<int64_t> many(12, 1);
  CHECK(Tensor::zeros(context, many).shape() == many);
  CHECK(Tensor::zeros(context, {}).rank() == 0);
  CHECK_THROWS_AS(Tensor::copy(context, std::vector<float>{1, 2}, {{3}}), duramen::Error);
}

TEST_CASE("values are built from what C++ has", "[cxx]") {
  const Context context;
  const Tensor tensor = Tensor::full(context, {2}, 1);
  const Value value = Value::dict({{"lr", 0.5},
                                   {"steps", 3},
                                   {"nesterov", true},
                                   {"name", "momentum"},
                                   {"weights", Value::list({tensor, Value::none(), uint8_t{7}})},
                                   {4, Value::tuple({})}});
  CHECK(value.size() == 6);
  CHECK(value.find("lr").as_float() == 0.5);
  CHECK(value.find("steps").as_int() == 3);
  CHECK(value.find("nesterov").kind() == DURAMEN_VALUE_BOOL);
  CHECK(value.find("name").as_text() == "momentum");
  CHECK_FALSE(value.find("absent"));
  CHECK(value.key(5).as_int() == 4);

  std::vector<int32_t> kinds;
  for (const duramen::ValueRef item : value.find("weights")) kinds.push_back(item.kind());
  CHECK(kinds == std::vector<int32_t>{DURAMEN_VALUE_TENSOR, DURAMEN_VALUE_NONE, DURAMEN_VALUE_INT});
  CHECK(value.find("weights")[0].as_tensor() == tensor);
  CHECK_THROWS_AS(Value::dict({{1, 0}, {true, 0}}), duramen::InvalidArgument);
}

}  // namespace
