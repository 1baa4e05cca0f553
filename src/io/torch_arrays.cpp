// NumPy's arrays and scalars inside a pickle.
#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/npy.hpp"
#include "io/torch_values.hpp"
#include "kernels/copy.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

// numpy.dtype('f4', False, True) and the state (3, '<', …).
std::optional<NumpyType> ValueBuilder::numpy_type(Id id) const {
  if (graph_.kind(id) != Kind::object) return std::nullopt;
  const pickle::Object& object = graph_.object(id);
  const auto arguments = arguments_of(id);
  if (graph_.callee_symbol(id) != Symbol::numpy_dtype || arguments.empty() ||
      graph_.kind(arguments[0]) != Kind::text) {
    return std::nullopt;
  }
  NumpyType type{dtype_of_numpy(graph_.text(arguments[0])), false};
  if (type.dtype == Dtype::invalid) return std::nullopt;
  if (object.state == pickle::kNone) return type;
  const bool is_tuple = graph_.kind(object.state) == Kind::tuple;
  const auto state = is_tuple ? graph_.links(object.state) : std::span<const Id>();
  if (state.size() < 2 || graph_.kind(state[1]) != Kind::text) return std::nullopt;
  type.swapped = graph_.text(state[1]) == ">";
  return type;
}

// _reconstruct(ndarray, (0,), b'b') and the state (1, shape, dtype, is_fortran, bytes); without
// the 1 in old files.
ValueRef ValueBuilder::make_array(Id id) {
  const pickle::Object& object = graph_.object(id);
  if (object.state == pickle::kNone || object.items != pickle::kNone ||
      graph_.kind(object.state) != Kind::tuple) {
    return make_opaque(id);
  }
  auto state = graph_.links(object.state);
  if (state.size() == 5) state = state.subspan(1);
  if (state.size() != 4 || graph_.kind(state[0]) != Kind::tuple ||
      graph_.kind(state[2]) != Kind::boolean) {
    return make_opaque(id);
  }
  const auto type = numpy_type(state[1]);
  const Value& bytes = *value(state[3]);
  const bool are_bytes = bytes.kind() == ValueKind::bytes || bytes.kind() == ValueKind::text;
  if (!type || !are_bytes) return make_opaque(id);
  return array_of(*type, state[0], graph_[state[2]].integer != 0, bytes.as_text());
}

// _frombuffer(bytes, dtype, shape, 'C' or 'F'): protocol 5.
ValueRef ValueBuilder::make_frombuffer(Id id) {
  const auto arguments = arguments_of(id);
  if (arguments.size() != 4 || graph_.kind(arguments[2]) != Kind::tuple ||
      graph_.kind(arguments[3]) != Kind::text) {
    return make_opaque(id);
  }
  const auto type = numpy_type(arguments[1]);
  const Value& bytes = *value(arguments[0]);
  if (!type || bytes.kind() != ValueKind::bytes) return make_opaque(id);
  return array_of(*type, arguments[2], graph_.text(arguments[3]) == "F", bytes.as_text());
}

ValueRef ValueBuilder::array_of(const NumpyType& type, Id shape, bool fortran,
                                std::string_view bytes) {
  const Shape dims = sizes(shape);
  const auto nbytes = checked_size(dims, itemsize(type.dtype));
  if (!nbytes || bytes.size() != static_cast<uint64_t>(*nbytes)) {
    fail(join("an array has another size than its elements (shape ", format_shape(dims), " of ",
              dtype_name(type.dtype), ", got ", bytes.size(), " bytes)"));
  }
  budget_.charge(bytes.size() + sizeof(Tensor) + sizeof(Storage) + 16 * dims.size());
  auto storage = Storage::allocate(services_.allocator, bytes.size());
  const std::span<std::byte> copy(storage->mutable_data(), bytes.size());
  if (!bytes.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
  if (type.swapped) swap_elements(copy, type.dtype);
  if (type.dtype == Dtype::boolean) normalize_booleans(copy);
  Layout layout = fortran ? fortran_layout(dims) : contiguous_layout(dims);
  return Value::tensor(make<Tensor>(std::move(storage), std::move(layout), type.dtype));
}

// scalar(dtype, bytes): the number.
ValueRef ValueBuilder::make_scalar(Id id) {
  const auto arguments = arguments_of(id);
  const auto type = arguments.size() == 2 ? numpy_type(arguments[0]) : std::nullopt;
  if (!type) return make_opaque(id);
  const Value& bytes = *value(arguments[1]);
  const bool are_bytes = bytes.kind() == ValueKind::bytes || bytes.kind() == ValueKind::text;
  const size_t size = itemsize(type->dtype);
  if (!are_bytes || bytes.as_text().size() != size) return make_opaque(id);
  std::byte element[16] = {};
  const size_t width = is_complex(type->dtype) ? size / 2 : size;
  for (size_t i = 0; i < size; ++i) {
    const size_t from = type->swapped ? i - i % width + (width - 1 - i % width) : i;
    element[i] = static_cast<std::byte>(bytes.as_text()[from]);
  }
  if (type->dtype == Dtype::boolean) return Value::boolean(element[0] != std::byte{0});
  if (is_complex(type->dtype)) {
    const Dtype part = width == 4 ? Dtype::float32 : Dtype::float64;
    return Value::complex(
        {kernels::read_double(element, part), kernels::read_double(element + width, part)});
  }
  if (is_floating(type->dtype)) return Value::real(kernels::read_double(element, type->dtype));
  uint64_t number = 0;
  std::memcpy(&number, element, size);
  const bool is_signed = dtype_info(type->dtype).kind == DtypeKind::signed_integer;
  const size_t unused = 64 - 8 * size;
  if (is_signed) number = static_cast<uint64_t>(static_cast<int64_t>(number << unused) >> unused);
  if (!is_signed && number > INT64_MAX) return Value::big_integer(std::to_string(number));
  return Value::integer(static_cast<int64_t>(number));
}

// _rebuild_device_tensor_from_numpy(array, dtype, device, requires_grad), the same of a tensor.
ValueRef ValueBuilder::make_of_array(Id id) {
  const auto arguments = arguments_of(id);
  const bool fits = arguments.size() == 4 && graph_.kind(arguments[1]) == Kind::global &&
                    graph_.module(arguments[1]) == "torch" &&
                    graph_.kind(arguments[3]) == Kind::boolean;
  if (!fits) return make_opaque(id);
  Tensor* data = value(arguments[0])->as_tensor();
  const Dtype dtype = dtype_from_name(graph_.name(arguments[1]));
  if (!data || !kernels::can_convert(data->dtype(), dtype)) return make_opaque(id);
  TensorRef made = alias(*data);
  if (data->dtype() != dtype) {
    const auto nbytes = checked_mul(static_cast<uint64_t>(data->numel()), uint64_t{16});
    budget_.charge(nbytes.value_or(UINT64_MAX));
    made = empty(services_.allocator, data->shape(), dtype);
    ThreadPool pool(1);
    kernels::copy(pool, *made, *data);
  }
  const bool requires_grad = graph_[arguments[3]].integer != 0;
  if (requires_grad && can_require_grad(dtype)) made->set_requires_grad(true);
  return Value::tensor(std::move(made));
}

}  // namespace duramen::io
