#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/safetensors.hpp"
#include "io/saving.hpp"
#include "io/sharing.hpp"

namespace duramen::io {
namespace {

constexpr uint32_t kLeastAlignment = 8;  // the reference's
constexpr uint32_t kMaxAlignment = 1u << 20;

struct Item {
  std::string_view name;
  const Tensor* tensor;
};

Error refuse(const std::string& path, std::string_view entry, std::string_view what,
             Code code = Code::invalid_argument) {
  return file_error(code, {path, "save safetensors", entry, {}}, what);
}

// As serde_json: short escapes where JSON has them, \u00xx for other control characters.
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

class Writer {
 public:
  Writer(const Services& services, const StateDict& dict, Output& out, const SaveOptions& options)
      : services_(services), dict_(dict), out_(out), options_(options) {}

  void write() {
    collect();
    refuse_sharing(dict_, out_.name(), "save safetensors");
    const std::string header = make_header();
    uint64_t length = header.size();
    out_.begin(sizeof(length) + length + total_);
    out_.write(std::as_bytes(std::span(&length, 1)));
    out_.write(header);
    Saving saving(services_, total_);
    for (const Item& item : items_) {
      saving.tensor(*item.tensor, [&](std::span<const std::byte> bytes) { out_.write(bytes); });
    }
    saving.end();
  }

 private:
  void check_entry(const std::string& name, const StateEntry& entry) const {
    if (name == "__metadata__") throw refuse(out_.name(), name, "the format reserves this name");
    if (!is_utf8(name)) throw refuse(out_.name(), name, "the name is not UTF-8");
    if (!entry.tensor) {
      throw refuse(out_.name(), name,
                   join("the format holds tensors only (got ",
                        entry.value ? value_kind_name(entry.value->kind()) : "nothing", ")"),
                   Code::unsupported);
    }
    const Dtype dtype = entry.tensor->dtype();
    if (safetensors_name(dtype).empty()) {
      throw refuse(out_.name(), name, join("the format has no dtype ", dtype_name(dtype)),
                   Code::unsupported);
    }
    if (dtype == Dtype::float4_e2m1fn_x2 && entry.tensor->rank() == 0) {
      throw refuse(out_.name(), name,
                   "the format counts the halves of float4_e2m1fn_x2 in the last dimension (got a "
                   "tensor of rank 0)",
                   Code::unsupported);
    }
  }
  void collect() {
    for (const auto& [name, entry] : dict_.entries()) {
      check_entry(name, entry);
      items_.push_back({name, entry.tensor.get()});
      total_ += static_cast<uint64_t>(entry.tensor->nbytes());
    }
    std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
      const int left = safetensors_rank(a.tensor->dtype());
      const int right = safetensors_rank(b.tensor->dtype());
      return left != right ? left > right : a.name < b.name;
    });
  }

  std::string make_header() const {
    std::string header = "{";
    append_metadata(header);
    uint64_t offset = 0;
    for (const Item& item : items_) {
      if (header.size() > 1) header += ',';
      append_entry(header, item, offset);
      offset += static_cast<uint64_t>(item.tensor->nbytes());
    }
    header += '}';
    pad(header);
    if (header.size() > kMaxSafetensorsHeader) {
      throw refuse(out_.name(), {},
                   join("the header is too large (expected at most ", kMaxSafetensorsHeader,
                        " bytes, got ", header.size(), ")"),
                   Code::limit);
    }
    return header;
  }

  void append_metadata(std::string& header) const {
    if (dict_.metadata().empty()) return;
    std::vector<std::pair<std::string_view, std::string_view>> fields;
    for (const auto& [key, value] : dict_.metadata()) fields.emplace_back(key, value);
    std::sort(fields.begin(), fields.end());
    header += "\"__metadata__\":{";
    for (size_t i = 0; i < fields.size(); ++i) {
      const auto [key, value] = fields[i];
      if (!is_utf8(key) || !is_utf8(value))
        throw refuse(out_.name(), key, "the metadata is not UTF-8");
      if (i) header += ',';
      append_json_string(header, key);
      header += ':';
      append_json_string(header, value);
    }
    header += '}';
  }

  static void append_entry(std::string& header, const Item& item, uint64_t offset) {
    append_json_string(header, item.name);
    header += join(":{\"dtype\":\"", safetensors_name(item.tensor->dtype()), "\",\"shape\":[");
    for (size_t i = 0; i < item.tensor->rank(); ++i) {
      const bool doubled =
          item.tensor->dtype() == Dtype::float4_e2m1fn_x2 && i + 1 == item.tensor->rank();
      if (i) header += ',';
      header += std::to_string(item.tensor->size(i) * (doubled ? 2 : 1));
    }
    const uint64_t end = offset + static_cast<uint64_t>(item.tensor->nbytes());
    header += join("],\"data_offsets\":[", offset, ",", end, "]}");
  }

  void pad(std::string& header) const {
    const uint32_t asked = options_.alignment ? options_.alignment : kLeastAlignment;
    if (asked > kMaxAlignment || (asked & (asked - 1)) != 0) {
      throw refuse(
          out_.name(), {},
          join("the alignment is not a power of two up to ", kMaxAlignment, " (got ", asked, ")"));
    }
    const uint32_t alignment = std::max(asked, kLeastAlignment);
    header.append((alignment - (8 + header.size()) % alignment) % alignment, ' ');
  }

  const Services& services_;
  const StateDict& dict_;
  Output& out_;
  const SaveOptions& options_;
  std::vector<Item> items_;
  uint64_t total_ = 0;
};

}  // namespace

void write_safetensors(const Services& services, const StateDict& dict, Output& out,
                       const SaveOptions& options) {
  Writer(services, dict, out, options).write();
}

}  // namespace duramen::io
