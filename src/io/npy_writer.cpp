#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/npy.hpp"
#include "io/npy_dtypes.hpp"
#include "io/record.hpp"
#include "io/saving.hpp"

namespace duramen::io {
namespace {

bool lies_in_fortran_order(const Tensor& tensor) {
  if (tensor.is_contiguous()) return false;
  Layout reversed = tensor.layout();
  std::reverse(reversed.shape.begin(), reversed.shape.end());
  std::reverse(reversed.strides.begin(), reversed.strides.end());
  return is_contiguous(reversed);
}

// The encoding of the first two versions; nothing where UTF-8 says more than it has.
std::optional<std::string> as_latin1(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte > 0xC3 || (byte > 0x7F && ++i == text.size())) return std::nullopt;
    out += static_cast<char>(byte < 0x80 ? byte : (byte & 3) << 6 | (text[i] & 0x3F));
  }
  return out;
}

}  // namespace

std::string npy_descr(Dtype dtype) {
  for (const NpyDtype& row : kNpyDtypes) {
    if (row.dtype == dtype) return join('\'', itemsize(dtype) > 1 ? '<' : '|', row.name, '\'');
  }
  return {};
}

// As numpy.save pads it: room for the first size to grow, then to a multiple of 64.
std::string npy_header(std::string_view descr, bool fortran, const Shape& shape) {
  constexpr size_t kGrowthDigits = 21;
  constexpr size_t kAlignment = 64;
  std::string text = join("{'descr': ", descr, ", 'fortran_order': ", fortran ? "True" : "False",
                          ", 'shape': ", format_tuple(shape), ", }");
  if (!shape.empty()) {
    const int64_t grows = fortran ? shape.back() : shape[0];
    text.append(kGrowthDigits - std::to_string(grows).size(), ' ');
  }
  const auto padding = [&](size_t length_bytes) {
    const size_t before = kNpyMagic.size() + 2 + length_bytes;
    return kAlignment - (before + text.size() + 1) % kAlignment;
  };
  int version = 3;
  if (auto latin1 = as_latin1(text)) {
    version = 1;
    text = std::move(*latin1);
  }
  if (version == 1 && text.size() + padding(2) + 1 > UINT16_MAX) version = 2;
  text.append(padding(version == 1 ? 2 : 4), ' ');
  text += '\n';
  Record record;
  record.text(kNpyMagic).u8(static_cast<uint64_t>(version)).u8(0);
  if (version == 1) {
    record.u16(text.size());
  } else {
    record.u32(text.size());
  }
  return record.text(text).bytes();
}

std::string npy_header(const Tensor& tensor) {
  return npy_header(npy_descr(tensor.dtype()), lies_in_fortran_order(tensor), tensor.shape());
}

NpyElements npy_elements(const Services& services, const Tensor& tensor) {
  const auto nbytes = static_cast<size_t>(tensor.nbytes());
  if (tensor.is_contiguous() || lies_in_fortran_order(tensor)) {
    return {{tensor.bytes(), nbytes}, tensor.storage()};
  }
  const auto copy = Storage::allocate(services.allocator, nbytes);
  copy_to_bytes(tensor, copy->mutable_data());
  return {{copy->data(), nbytes}, copy};
}

void write_npy(const Services& services, const Value& content, Output& out,
               const SaveOptions& /*options*/) {
  const auto refuse = [&](std::string_view what) {
    return file_error(Code::unsupported, {out.name(), "save npy", {}, {}}, what);
  };
  if (content.kind() != ValueKind::tensor) {
    throw refuse(join("the format holds one tensor (got ", value_kind_name(content.kind()), ")"));
  }
  const Tensor& tensor = *content.as_tensor();
  if (npy_descr(tensor.dtype()).empty()) {
    const auto dtype = dtype_name(tensor.dtype());
    throw refuse(join("NumPy has no dtype ", dtype)).with("actual", std::string(dtype));
  }
  if (tensor.rank() > kMaxNpyRank) {
    throw refuse(join("too many dimensions (expected at most ", kMaxNpyRank, ")"));
  }
  const std::string header = npy_header(tensor);
  out.begin(header.size() + static_cast<uint64_t>(tensor.nbytes()));
  const NpyElements elements = npy_elements(services, tensor);
  out.write(header);
  Saving saving(services, elements.bytes.size());
  saving.bytes(elements.bytes, [&](std::span<const std::byte> bytes) { out.write(bytes); });
  saving.end();
}

}  // namespace duramen::io
