#include <memory>
#include <new>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "borrow.hpp"
#include "dlpack_abi.hpp"
#include "handles.hpp"
#include "options.hpp"

namespace duramen::capi {
namespace {

constexpr int32_t kCpu = 1;
constexpr uint64_t kReadOnlyFlag = 1;
constexpr DLPackVersion kVersion = {1, 1};

struct TypeRow {
  Dtype dtype;
  DLDataType type;
};
// Codes: 0 int, 1 uint, 2 float, 4 bfloat, 5 complex, 6 bool, 10 to 14 the float8 kinds.
constexpr TypeRow kTypes[] = {
    {Dtype::float64, {2, 64, 1}},
    {Dtype::float32, {2, 32, 1}},
    {Dtype::float16, {2, 16, 1}},
    {Dtype::bfloat16, {4, 16, 1}},
    {Dtype::float8_e4m3fn, {10, 8, 1}},
    {Dtype::float8_e4m3fnuz, {11, 8, 1}},
    {Dtype::float8_e5m2, {12, 8, 1}},
    {Dtype::float8_e5m2fnuz, {13, 8, 1}},
    {Dtype::float8_e8m0fnu, {14, 8, 1}},
    {Dtype::int64, {0, 64, 1}},
    {Dtype::int32, {0, 32, 1}},
    {Dtype::int16, {0, 16, 1}},
    {Dtype::int8, {0, 8, 1}},
    {Dtype::uint64, {1, 64, 1}},
    {Dtype::uint32, {1, 32, 1}},
    {Dtype::uint16, {1, 16, 1}},
    {Dtype::uint8, {1, 8, 1}},
    {Dtype::boolean, {6, 8, 1}},
    {Dtype::complex32, {5, 32, 1}},
    {Dtype::complex64, {5, 64, 1}},
    {Dtype::complex128, {5, 128, 1}},
};

DLDataType type_of(Dtype dtype) {
  for (const TypeRow& row : kTypes) {
    if (row.dtype == dtype) return row.type;
  }
  throw Error(Code::unsupported, join("dlpack: no code for ", dtype_name(dtype)))
      .with("actual", std::string(dtype_name(dtype)));
}

Dtype dtype_of(DLDataType type) {
  for (const TypeRow& row : kTypes) {
    if (row.type.code == type.code && row.type.bits == type.bits && row.type.lanes == type.lanes)
      return row.dtype;
  }
  throw Error(Code::unsupported, join("dlpack: no dtype for code ", int(type.code), ", ",
                                      int(type.bits), " bits, ", int(type.lanes), " lanes"));
}

// What an exported struct points at; owns it, and keeps the tensor's memory.
template <class Managed>
struct Export {
  Managed managed{};
  Ref<Storage> storage;
  Shape shape;
  Shape strides;

  static void destroy(Managed* self) {
    if (self) delete static_cast<Export*>(self->manager_ctx);
  }
};

template <class Managed>
Managed* export_tensor(const Tensor& tensor) {
  if (tensor.requires_grad()) {
    throw Error(Code::state, "Can't export tensors that require gradient, use tensor.detach()")
        .with("torch_error", "BufferError");
  }
  const DLDataType type = type_of(tensor.dtype());
  auto out = std::make_unique<Export<Managed>>();
  out->storage = tensor.storage();
  out->shape = tensor.shape();
  out->strides = tensor.strides();
  out->managed.manager_ctx = out.get();
  out->managed.deleter = Export<Managed>::destroy;
  out->managed.dl_tensor = {out->storage->mutable_data(),
                            {kCpu, 0},
                            static_cast<int32_t>(tensor.rank()),
                            type,
                            out->shape.data(),
                            out->strides.data(),
                            static_cast<uint64_t>(bytes_of(tensor.layout().offset, type.bits))};
  return &out.release()->managed;
}

Layout layout_of(const DLTensor& source) {
  if (source.ndim < 0) throw bad_argument("managed", "a negative rank");
  return layout_argument(
      {source.shape, source.strides, static_cast<size_t>(source.ndim), "managed", "managed"},
      source.dtype.bits);
}

template <class Managed>
void call_deleter(void* user) {
  auto* managed = static_cast<Managed*>(user);
  if (managed->deleter) managed->deleter(managed);
}

template <class Managed>
TensorRef import_tensor(Managed* managed, bool read_only) {
  const DLTensor& source = managed->dl_tensor;
  if (source.device.device_type != kCpu) {
    throw Error(Code::unsupported, join("dlpack: the tensor is not on the CPU (device type ",
                                        source.device.device_type, ")"));
  }
  const Dtype dtype = dtype_of(source.dtype);
  Layout layout = layout_of(source);
  const auto extent = extent_of(layout);
  if (!extent) throw bad_argument("managed", "the elements reach beyond the address space");
  checked_numel(std::span(&*extent, 1), source.dtype.bits);
  const auto nbytes = static_cast<size_t>(bytes_of(*extent, source.dtype.bits));
  if (!source.data && nbytes > 0) throw null_argument("managed");
  auto* data = source.data ? static_cast<std::byte*>(source.data) + source.byte_offset : nullptr;

  if (!is_aligned(data, dtype)) {
    throw bad_argument("managed",
                       join("not aligned for ", dtype_name(dtype), "; it can be copied"));
  }
  return borrow({data, nbytes, read_only, call_deleter<Managed>, managed}, std::move(layout),
                dtype);
}

}  // namespace
}  // namespace duramen::capi

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_tensor_to_dlpack(duramen_tensor* tensor, DLManagedTensorVersioned** out,
                                        duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    const Tensor& source = object(tensor, "tensor");
    required(out, "out");
    auto* managed = export_tensor<DLManagedTensorVersioned>(source);
    managed->version = kVersion;
    if (source.storage()->read_only()) managed->flags |= kReadOnlyFlag;
    *out = managed;
  });
}

duramen_status duramen_tensor_to_dlpack_legacy(duramen_tensor* tensor, DLManagedTensor** out,
                                               duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    const Tensor& source = object(tensor, "tensor");
    required(out, "out");
    if (source.storage()->read_only()) {
      throw Error(Code::read_only, "dlpack: the older struct cannot say that memory is read-only");
    }
    *out = export_tensor<DLManagedTensor>(source);
  });
}

duramen_status duramen_tensor_from_dlpack_take(DLManagedTensorVersioned* managed,
                                               duramen_tensor** out,
                                               duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const DLPackVersion version = required(managed, "managed").version;
    if (version.major != kVersion.major) {
      throw Error(Code::unsupported, join("dlpack: another major version (expected ",
                                          kVersion.major, ", got ", version.major, ")"))
          .with("expected", std::to_string(kVersion.major))
          .with("actual", std::to_string(version.major));
    }
    return import_tensor(managed, (managed->flags & kReadOnlyFlag) != 0);
  });
}

duramen_status duramen_tensor_from_dlpack_legacy_take(DLManagedTensor* managed,
                                                      duramen_tensor** out,
                                                      duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    required(managed, "managed");
    return import_tensor(managed, false);
  });
}
