#include "io/safetensors_header.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "io/file_error.hpp"

namespace duramen::io {
namespace {

constexpr uint32_t kLeastAlignment = 8;  // the reference's
constexpr uint32_t kMaxAlignment = 1u << 20;

Error refuse(const std::string& path, std::string_view entry, std::string_view what,
             Code code = Code::invalid_argument) {
  return file_error(code, {path, "save safetensors", entry, {}}, what);
}

// At its place in the data.
void append_entry(std::string& header, std::string_view name, Dtype dtype,
                  std::span<const int64_t> shape, uint64_t begin, uint64_t nbytes) {
  if (header.size() > 1) header += ',';
  append_json_string(header, name);
  header += join(":{\"dtype\":\"", safetensors_name(dtype), "\",\"shape\":[");
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool doubled = dtype == Dtype::float4_e2m1fn_x2 && i + 1 == shape.size();
    if (i) header += ',';
    header += std::to_string(shape[i] * (doubled ? 2 : 1));
  }
  header += join("],\"data_offsets\":[", begin, ",", begin + nbytes, "]}");
}

void append_metadata(std::string& header, const OrderedMap<std::string>& metadata,
                     const std::string& file) {
  if (metadata.empty()) return;
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  for (const auto& [key, value] : metadata) fields.emplace_back(key, value);
  std::sort(fields.begin(), fields.end());
  header += "\"__metadata__\":{";
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto [key, value] = fields[i];
    if (!is_utf8(key) || !is_utf8(value)) throw refuse(file, key, "the metadata is not UTF-8");
    if (i) header += ',';
    append_json_string(header, key);
    header += ':';
    append_json_string(header, value);
  }
  header += '}';
}

}  // namespace

// Short escapes where JSON has them, \u00xx for other control characters.
void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  static constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '"';
  for (const char c : text) {
    const size_t found = kShort.find(c);
    if (found != std::string_view::npos) {
      out += '\\';
      out += kLetters[found];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

SafetensorsHeader::SafetensorsHeader(const StateDict& dict, const std::string& file,
                                     const SaveOptions& options)
    : dict_(dict), file_(file) {
  collect();
  std::string header = "{";
  append_metadata(header, dict.metadata(), file);
  for (const Item& item : items_) {
    append_entry(header, item.name, item.tensor->dtype(), item.tensor->shape(), item.offset,
                 static_cast<uint64_t>(item.tensor->nbytes()));
  }
  header += '}';
  pad(header, options.alignment);
  if (header.size() > kMaxSafetensorsHeader) {
    throw refuse(file_, {},
                 join("the header is too large (expected at most ", kMaxSafetensorsHeader,
                      " bytes, got ", header.size(), ")"),
                 Code::limit);
  }
  const uint64_t length = header.size();
  text_.assign(reinterpret_cast<const char*>(&length), sizeof(length));
  text_ += header;
}

std::string safetensors_header(const FileEntries& entries, uint64_t start,
                               const OrderedMap<std::string>& metadata, const std::string& file) {
  std::string header = "{";
  append_metadata(header, metadata, file);
  for (const FileEntry& entry : entries.list()) {
    append_entry(header, entry.name_view(), entry.dtype, entry.sizes(), entry.offset - start,
                 entry.nbytes);
  }
  return header += '}';
}

void SafetensorsHeader::check_entry(const std::string& name, const StateEntry& entry) const {
  if (name == "__metadata__") throw refuse(file_, name, "the format reserves this name");
  if (!is_utf8(name)) throw refuse(file_, name, "the name is not UTF-8");
  if (!entry.tensor) {
    throw refuse(file_, name,
                 join("the format holds tensors only (got ",
                      entry.value ? value_kind_name(entry.value->kind()) : "nothing", ")"),
                 Code::unsupported);
  }
  const Dtype dtype = entry.tensor->dtype();
  if (safetensors_name(dtype).empty()) {
    throw refuse(file_, name, join("the format has no dtype ", dtype_name(dtype)),
                 Code::unsupported);
  }
  if (dtype == Dtype::float4_e2m1fn_x2 && entry.tensor->rank() == 0) {
    throw refuse(file_, name,
                 "the format counts the halves of float4_e2m1fn_x2 in the last dimension (got a "
                 "tensor of rank 0)",
                 Code::unsupported);
  }
}
void SafetensorsHeader::collect() {
  for (const auto& [name, entry] : dict_.entries()) {
    check_entry(name, entry);
    items_.push_back({name, entry.tensor.get(), 0});
  }
  std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
    const int left = safetensors_rank(a.tensor->dtype());
    const int right = safetensors_rank(b.tensor->dtype());
    return left != right ? left > right : a.name < b.name;
  });
  for (Item& item : items_) {
    item.offset = total_;
    total_ += static_cast<uint64_t>(item.tensor->nbytes());
  }
}

void SafetensorsHeader::pad(std::string& header, uint32_t asked) const {
  if (asked == 0) asked = kLeastAlignment;
  if (asked > kMaxAlignment || (asked & (asked - 1)) != 0) {
    throw refuse(
        file_, {},
        join("the alignment is not a power of two up to ", kMaxAlignment, " (got ", asked, ")"));
  }
  const uint32_t alignment = std::max(asked, kLeastAlignment);
  header.append((alignment - (8 + header.size()) % alignment) % alignment, ' ');
}

}  // namespace duramen::io
