#include <algorithm>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

constexpr size_t kMaxRank = 1024;

struct StorageClass {
  std::string_view name;
  Dtype dtype;
};
constexpr StorageClass kClasses[] = {
    {"FloatStorage", Dtype::float32},
    {"DoubleStorage", Dtype::float64},
    {"HalfStorage", Dtype::float16},
    {"BFloat16Storage", Dtype::bfloat16},
    {"LongStorage", Dtype::int64},
    {"IntStorage", Dtype::int32},
    {"ShortStorage", Dtype::int16},
    {"CharStorage", Dtype::int8},
    {"ByteStorage", Dtype::uint8},
    {"BoolStorage", Dtype::boolean},
    {"ComplexFloatStorage", Dtype::complex64},
    {"ComplexDoubleStorage", Dtype::complex128},
    {"QInt8Storage", Dtype::qint8},
    {"QUInt8Storage", Dtype::quint8},
    {"QInt32Storage", Dtype::qint32},
    {"QUInt4x2Storage", Dtype::quint4x2},
    {"QUInt2x4Storage", Dtype::quint2x4},
};

// Bytes of the elements; nothing when sizes are negative or the product overflows. Zeros do not
// excuse the other sizes: strides are made of them.
std::optional<uint64_t> logical_bytes(const Shape& shape, uint32_t bits) {
  int64_t product = bits;
  bool empty = false;
  for (const int64_t size : shape) {
    empty |= size == 0;
    if (size < 0 || mul_overflows(product, std::max<int64_t>(size, 1), &product)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : static_cast<uint64_t>(product) / 8;
}

}  // namespace

std::string_view storage_class_of(Dtype dtype) noexcept {
  for (const StorageClass& known : kClasses) {
    if (known.dtype == dtype) return known.name;
  }
  return {};
}

Dtype dtype_of_storage_class(std::string_view name) noexcept {
  for (const StorageClass& known : kClasses) {
    if (known.name == name) return known.dtype;
  }
  return Dtype::invalid;
}

// _rebuild_tensor(storage, offset, size, stride), _v2(…, requires_grad, hooks[, metadata]),
// _v3(…, requires_grad, hooks, dtype[, metadata]).
ValueRef ValueBuilder::make_tensor(Symbol symbol, std::span<const Id> arguments) {
  const size_t fewest = symbol == Symbol::rebuild_tensor      ? 4
                        : symbol == Symbol::rebuild_tensor_v2 ? 6
                                                              : 7;
  const size_t most = symbol == Symbol::rebuild_tensor ? 4 : fewest + 1;
  if (arguments.size() < fewest || arguments.size() > most) {
    fail("a tensor with the wrong number of arguments");
  }
  Dtype dtype = Dtype::invalid;
  if (symbol == Symbol::rebuild_tensor_v3) {
    const Id id = arguments[6];
    if (graph_.kind(id) != Kind::global || graph_.module(id) != "torch") fail("not a dtype");
    dtype = dtype_from_name(graph_.name(id));
    if (dtype == Dtype::invalid || itemsize(dtype) == 0) {
      fail(join("unknown dtype ", printable(graph_.full_name(id))), Code::unsupported);
    }
  }
  if (arguments.size() > fewest) check_not_conjugated(arguments[fewest]);
  TensorRef tensor = rebuild(arguments, dtype);
  if (fewest > 4) {
    if (graph_.kind(arguments[4]) != Kind::boolean) fail("requires_grad is not a bool");
    const bool requires_grad = graph_[arguments[4]].integer != 0;
    if (requires_grad && can_require_grad(tensor->dtype())) tensor->set_requires_grad(true);
  }
  return Value::tensor(std::move(tensor));
}

TensorRef ValueBuilder::rebuild(std::span<const Id> arguments, Dtype untyped_dtype) {
  TorchArchive::Use use = archive_.storage(graph_, arguments[0], untyped_dtype);
  const Dtype dtype = use.dtype == Dtype::invalid ? untyped_dtype : use.dtype;
  const auto error = [&](std::string_view what, const Layout& layout) {
    return file_error(
        Code::corrupt, {archive_.file(), "torch file", use.record->name, use.record->payload},
        join(what, " (shape ", format_shape(layout.shape), ", strides ",
             format_shape(layout.strides), ", offset ", layout.offset, ", ", use.storage->nbytes(),
             " bytes of ", dtype == Dtype::invalid ? "no dtype" : dtype_name(dtype), ")"));
  };
  Layout layout{sizes(arguments[2]), sizes(arguments[3]), integer(arguments[1], "an offset")};
  if (dtype == Dtype::invalid) throw error("an untyped storage without a dtype", layout);
  if (use.dtype != Dtype::invalid && untyped_dtype != Dtype::invalid && untyped_dtype != dtype) {
    throw error("the tensor has another dtype than its storage", layout);
  }
  const uint32_t bits = dtype_info(dtype).bits;
  const auto nbytes = logical_bytes(layout.shape, bits);
  const auto extent = extent_of(layout);
  if (!nbytes || !extent) throw error("a tensor's sizes make no sense", layout);
  if (static_cast<uint64_t>(*extent) > use.storage->nbytes() / (bits / 8)) {
    throw error("a tensor leaves its storage", layout);
  }
  archive_.count_tensor(*nbytes, use.storage->nbytes(), *use.record);
  return make<Tensor>(std::move(use.storage), std::move(layout), dtype);
}

Shape ValueBuilder::sizes(Id id) const {
  if (graph_.kind(id) == Kind::object && graph_.callee_symbol(id) == Symbol::torch_size &&
      arguments_of(id).size() == 1) {
    id = arguments_of(id)[0];
  }
  if (graph_.kind(id) != Kind::tuple) fail("sizes that are not a tuple");
  const auto items = graph_.links(id);
  if (items.size() > kMaxRank) fail(join("more than ", kMaxRank, " dimensions"), Code::limit);
  Shape result;
  for (const Id item : items) result.push_back(integer(item, "a size"));
  return result;
}

int64_t ValueBuilder::integer(Id id, const char* what) const {
  if (!graph_.is_integer(id)) fail(join(what, " is not an integer of 64 bits"));
  return graph_[id].integer;
}

// {'conj': True}: the stored numbers are not the tensor's.
void ValueBuilder::check_not_conjugated(Id metadata) const {
  if (graph_.kind(metadata) == Kind::none) return;
  if (graph_.kind(metadata) != Kind::dict) fail("a tensor's metadata is not a dict");
  bool is_key = true;
  graph_.each_item(metadata, [&](Id item) {
    if (!is_key && !(graph_.kind(item) == Kind::boolean && graph_[item].integer == 0)) {
      fail("conjugated or negated views are not supported", Code::unsupported);
    }
    is_key = !is_key;
  });
}

// _rebuild_from_type_v2(function, class, arguments, state): the tensor without its class.
ValueRef ValueBuilder::make_from_type(std::span<const Id> arguments) {
  if (arguments.size() != 4 || graph_.kind(arguments[0]) != Kind::global ||
      graph_.kind(arguments[2]) != Kind::tuple || !rebuilds_tensor(graph_[arguments[0]].symbol)) {
    fail("a tensor of an unknown kind", Code::unsupported);
  }
  return make_tensor(graph_[arguments[0]].symbol, graph_.links(arguments[2]));
}

// (storage, offset, size, stride, quantizer, requires_grad, hooks): the raw integers, and how to
// read them.
ValueRef ValueBuilder::make_quantized(std::span<const Id> arguments) {
  if (arguments.size() < 7) fail("a quantized tensor with the wrong number of arguments");
  std::vector<ValueRef> parts;
  parts.push_back(Value::tensor(rebuild(arguments, Dtype::invalid)));
  parts.push_back(value(arguments[4]));
  return Value::opaque("torch._utils._rebuild_qtensor", std::move(parts));
}

}  // namespace duramen::io
