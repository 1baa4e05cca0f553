#include <algorithm>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

constexpr size_t kMaxRank = 1024;  // as in safetensors; PyTorch reads any

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
  TensorRef tensor = rebuild(arguments, dtype);
  if (arguments.size() > fewest) tensor = resolved(std::move(tensor), arguments[fewest]);
  if (fewest > 4) {
    if (graph_.kind(arguments[4]) != Kind::boolean) fail("requires_grad is not a bool");
    const bool requires_grad = graph_[arguments[4]].integer != 0;
    if (requires_grad && can_require_grad(tensor->dtype())) tensor->set_requires_grad(true);
  }
  return container_.objects().make<const Value>(ValueKind::tensor, std::move(tensor));
}

TensorRef ValueBuilder::rebuild(std::span<const Id> arguments, Dtype untyped_dtype) {
  const TorchContainer::StorageId id = storage_id(arguments[0]);
  TorchContainer::Use use = container_.storage(id, untyped_dtype);
  const Dtype dtype = use.dtype == Dtype::invalid ? untyped_dtype : use.dtype;
  Layout layout{sizes(arguments[2]), sizes(arguments[3]), integer(arguments[1], "an offset")};
  const auto refuse = [&, record = use.record,
                       nbytes = use.storage->nbytes()](std::string_view what) {
    fail(join(what, " (shape ", format_shape(layout.shape), ", strides ",
              format_shape(layout.strides), ", offset ", layout.offset, ", '", printable(record),
              "' with ", nbytes, " bytes of ",
              dtype == Dtype::invalid ? "no dtype" : dtype_name(dtype), ")"));
  };
  if (dtype == Dtype::invalid) refuse("an untyped storage without a dtype");
  if (use.dtype != Dtype::invalid && untyped_dtype != Dtype::invalid && untyped_dtype != dtype) {
    refuse("the tensor has another dtype than its storage");
  }
  return container_.tensor(std::move(use), layout, dtype, refuse);
}

Dtype ValueBuilder::class_dtype(Id cls) {
  if (cls == last_class_ && cls != pickle::kNone) return last_class_dtype_;
  if (graph_.kind(cls) != Kind::global) return Dtype::invalid;
  const std::string_view module = graph_.module(cls);
  const bool is_torch = module == "torch" || module == "torch.cuda" || module == "torch.storage";
  last_class_dtype_ = is_torch ? dtype_of_storage_class(graph_.name(cls)) : Dtype::invalid;
  last_class_ = cls;
  return last_class_dtype_;
}

// ('storage', class, key, location, numel); before the zip with (view key, first, count) or None.
TorchContainer::StorageId ValueBuilder::storage_id(Id persistent) {
  if (graph_.kind(persistent) != Kind::persistent) fail("a tensor without a storage");
  if (current_ == pickle::kNone) current_ = persistent;
  const Id id = graph_.links(persistent)[0];
  if (graph_.kind(id) != Kind::tuple || graph_.links(id).size() != container_.id_size()) {
    fail(join("a persistent id is not a tuple of ", container_.id_size()));
  }
  const auto parts = graph_.links(id);
  if (graph_.kind(parts[0]) != Kind::text || graph_.text(parts[0]) != "storage" ||
      graph_.kind(parts[1]) != Kind::global || graph_.kind(parts[2]) != Kind::text ||
      graph_.kind(parts[3]) != Kind::text || !graph_.is_integer(parts[4])) {
    fail("a persistent id is not ('storage', class, key, location, size)");
  }
  const Dtype dtype = class_dtype(parts[1]);
  if (dtype == Dtype::invalid && !graph_.name(parts[1]).ends_with("UntypedStorage")) {
    fail(join("unknown storage class ", printable(graph_.full_name(parts[1]))), Code::unsupported);
  }
  TorchContainer::StorageId storage{dtype, graph_.text(parts[2]), graph_[parts[4]].integer};
  if (parts.size() > 5 && parts[5] != pickle::kNone) {
    const auto view =
        graph_.kind(parts[5]) == Kind::tuple ? graph_.links(parts[5]) : std::span<const Id>();
    if (view.size() != 3 || graph_.kind(view[0]) != Kind::text) fail("not a view of a storage");
    storage.first = integer(view[1], "the offset of a view");
    storage.count = integer(view[2], "the size of a view");
  }
  return storage;
}

std::string_view ValueBuilder::view_key(Id persistent) const {
  const auto parts = graph_.links(graph_.links(persistent)[0]);
  return graph_.text(graph_.links(parts[5])[0]);
}

Shape ValueBuilder::sizes(Id id) const {
  if (graph_.kind(id) == Kind::object && graph_.callee_symbol(id) == Symbol::torch_size &&
      arguments_of(id).size() == 1) {
    id = arguments_of(id)[0];
  }
  if (graph_.kind(id) != Kind::tuple) fail("sizes that are not a tuple");
  const auto items = graph_.links(id);
  if (items.size() > kMaxRank)
    fail(join("too many dimensions (expected at most ", kMaxRank, ")"), Code::limit);
  Shape result;
  for (const Id item : items) result.push_back(integer(item, "a size"));
  return result;
}

int64_t ValueBuilder::integer(Id id, const char* what) const {
  if (!graph_.is_integer(id)) fail(join(what, " is not an integer of 64 bits"));
  return graph_[id].integer;
}

// {'conj': True, 'neg': True}: the stored numbers are not the tensor's, which gets memory of its
// own.
TensorRef ValueBuilder::resolved(TensorRef tensor, Id metadata) {
  if (graph_.kind(metadata) == Kind::none) return tensor;
  if (graph_.kind(metadata) != Kind::dict) fail("a tensor's metadata is not a dict");
  bool conj = false;
  bool neg = false;
  bool is_key = true;
  Id key = pickle::kNone;
  graph_.each_item(metadata, [&](Id item) {
    if (!is_key && !(graph_.kind(item) == Kind::boolean && graph_[item].integer == 0)) {
      const std::string_view name = graph_.kind(key) == Kind::text ? graph_.text(key) : "?";
      conj |= name == "conj";
      neg |= name == "neg";
      if (name != "conj" && name != "neg") fail("unknown metadata of a tensor", Code::unsupported);
    }
    key = item;
    is_key = !is_key;
  });
  if (!conj && !neg) return tensor;
  const Dtype dtype = tensor->dtype();
  const bool has_sign = can_require_grad(dtype) && itemsize(dtype) > 1;
  if (conj ? !is_complex(dtype) : !has_sign) {
    fail(join("a conjugated or negated tensor of ", dtype_name(dtype)), Code::unsupported);
  }
  const auto nbytes = static_cast<uint64_t>(tensor->nbytes());
  budget_.charge(nbytes);
  TensorRef made = empty(services_.allocator, tensor->shape(), dtype);
  copy_to_bytes(*tensor, made->mutable_bytes());
  const size_t size = itemsize(dtype);
  const size_t width = is_complex(dtype) ? size / 2 : size;
  std::byte* bytes = made->mutable_bytes();
  for (uint64_t i = 0; i < nbytes; i += width) {
    const bool imaginary = is_complex(dtype) && i % size != 0;
    if (neg != (conj && imaginary)) bytes[i + width - 1] ^= std::byte{0x80};
  }
  return made;
}

// _rebuild_from_type_v2(function, class, arguments, state): the tensor without its class.
Symbol ValueBuilder::function_of_type(std::span<const Id> arguments) const noexcept {
  if (arguments.size() != 4 || graph_.kind(arguments[2]) != Kind::tuple) return Symbol::other;
  const Symbol function = graph_[arguments[0]].symbol;
  const bool is_known = rebuilds_tensor(function) || function == Symbol::rebuild_qtensor;
  return is_known ? function : Symbol::other;
}

// A storage by itself: its class, and its elements.
ValueRef ValueBuilder::make_persistent(Id id) {
  const Id link = graph_.links(id)[0];
  const auto number = graph_.is_integer(link)           ? std::optional(graph_[link].integer)
                      : graph_.kind(link) == Kind::text ? parse_int(graph_.text(link))
                                                        : std::nullopt;
  if (number) {
    if (ValueRef shared = container_.shared(*number)) return shared;
    fail(join("nothing has the key ", *number));
  }
  const TorchContainer::StorageId storage = storage_id(id);
  const Dtype dtype = storage.class_dtype == Dtype::invalid ? Dtype::uint8 : storage.class_dtype;
  return make_opaque(graph_.full_name(graph_.links(link)[1]),
                     {Value::tensor(container_.whole(container_.storage(storage, dtype), dtype))});
}

ValueRef ValueBuilder::make_from_type(Id id) {
  const auto arguments = arguments_of(id);
  const Symbol function = function_of_type(arguments);
  if (function == Symbol::other) return make_opaque(id);
  const auto inner = graph_.links(arguments[2]);
  return function == Symbol::rebuild_qtensor ? make_quantized(inner) : make_tensor(function, inner);
}

// (storage, offset, size, stride, quantizer, requires_grad, hooks): the raw integers, and how to
// read them.
ValueRef ValueBuilder::make_quantized(std::span<const Id> arguments) {
  if (arguments.size() < 7) fail("a quantized tensor with the wrong number of arguments");
  const TorchContainer::StorageId id = storage_id(arguments[0]);
  if (id.class_dtype == Dtype::quint4x2 || id.class_dtype == Dtype::quint2x4) {
    return make_packed(arguments, id);
  }
  return make_opaque("torch._utils._rebuild_qtensor",
                     {Value::tensor(rebuild(arguments, Dtype::invalid)), value(arguments[4])});
}

// Several elements a byte, which no layout describes: the bytes of the storage, how to read them,
// and the sizes.
ValueRef ValueBuilder::make_packed(std::span<const Id> arguments,
                                   const TorchContainer::StorageId& id) {
  TorchContainer::Use use = container_.storage(id, Dtype::invalid);
  const Shape shape = sizes(arguments[2]);
  budget_.charge(kPartsBytes + shape.size() * 2 * sizeof(Value));
  std::vector<ValueRef> sizes;
  for (const int64_t size : shape) sizes.push_back(Value::integer(size));
  TensorRef bytes = container_.whole(std::move(use), Dtype::uint8);
  return make_opaque("torch._utils._rebuild_qtensor",
                     {Value::tensor(std::move(bytes)), value(arguments[4]),
                      Value::tuple(std::move(sizes), "torch.Size")});
}

}  // namespace duramen::io
