#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "io/atomic_file.hpp"
#include "io/file_error.hpp"
#include "io/safetensors.hpp"

namespace duramen::io {
namespace {

constexpr uint32_t kLeastAlignment = 8;  // the reference's
constexpr uint32_t kMaxAlignment = 1u << 20;
constexpr size_t kChunk = size_t{8} << 20;

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
  Writer(const Services& services, const StateDict& dict, const std::string& path,
         const SaveOptions& options)
      : services_(services), dict_(dict), path_(path), options_(options) {}

  void write() {
    collect();
    check_sharing();
    const std::string header = make_header();
    AtomicFile file(path_);
    uint64_t length = header.size();
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(header);
    uint64_t done = 0;
    for (const Item& item : items_) {
      write_tensor(file, *item.tensor, done);
      done += static_cast<uint64_t>(item.tensor->nbytes());
    }
    services_.progress.report("save", total_, total_);
    services_.cancel.check("save");
    file.commit(options_.durability);
  }

 private:
  void check_entry(const std::string& name, const StateEntry& entry) const {
    if (name == "__metadata__") throw refuse(path_, name, "the format reserves this name");
    if (!is_utf8(name)) throw refuse(path_, name, "the name is not UTF-8");
    if (!entry.tensor) {
      throw refuse(path_, name,
                   join("the format holds tensors only (got ",
                        entry.value ? value_kind_name(entry.value->kind()) : "nothing", ")"),
                   Code::unsupported);
    }
    const Dtype dtype = entry.tensor->dtype();
    if (safetensors_name(dtype).empty()) {
      throw refuse(path_, name, join("the format has no dtype ", dtype_name(dtype)),
                   Code::unsupported);
    }
    if (dtype == Dtype::float4_e2m1fn_x2 && entry.tensor->rank() == 0) {
      throw refuse(path_, name,
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

  // One name owns one range of bytes. The names in the message come in the dict's order.
  void check_sharing() const {
    struct Range {
      const std::byte* begin;
      const std::byte* end;
      size_t position;
    };
    std::vector<Range> ranges;
    for (size_t i = 0; i < dict_.entries().size(); ++i) {
      const Tensor& tensor = *dict_.entries()[i].value.tensor;
      if (tensor.numel() == 0) continue;
      const int64_t extent = *extent_of(tensor.layout()) - tensor.layout().offset;
      const int64_t reach = bytes_of(extent, dtype_info(tensor.dtype()).bits);
      ranges.push_back({tensor.bytes(), tensor.bytes() + reach, i});
    }
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.position < b.position;
    });
    for (size_t i = 1; i < ranges.size(); ++i) {
      if (ranges[i].begin >= ranges[i - 1].end) continue;
      const auto [first, second] = std::minmax(ranges[i - 1].position, ranges[i].position);
      const std::string& other = dict_.entries()[second].name;
      throw refuse(path_, dict_.entries()[first].name,
                   join("it shares memory with '", printable(other),
                        "', and the format has no ties or views (save a copy, leave one out, or "
                        "save a .pt)"));
    }
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
      throw refuse(path_, {},
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
      if (!is_utf8(key) || !is_utf8(value)) throw refuse(path_, key, "the metadata is not UTF-8");
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
          path_, {},
          join("the alignment is not a power of two up to ", kMaxAlignment, " (got ", asked, ")"));
    }
    const uint32_t alignment = std::max(asked, kLeastAlignment);
    header.append((alignment - (8 + header.size()) % alignment) % alignment, ' ');
  }

  void write_tensor(AtomicFile& file, const Tensor& tensor, uint64_t done) const {
    std::span<const std::byte> bytes(tensor.bytes(), static_cast<size_t>(tensor.nbytes()));
    Ref<Storage> copy;
    if (!tensor.is_contiguous()) {
      copy = Storage::allocate(services_.allocator, bytes.size());
      copy_to_bytes(tensor, copy->mutable_data());
      bytes = {copy->data(), bytes.size()};
    }
    while (!bytes.empty()) {
      services_.cancel.check("save");
      services_.progress.report("save", done, total_);
      const size_t count = std::min(bytes.size(), kChunk);
      file.write(bytes.first(count));
      bytes = bytes.subspan(count);
      done += count;
    }
  }

  const Services& services_;
  const StateDict& dict_;
  const std::string& path_;
  const SaveOptions& options_;
  std::vector<Item> items_;
  uint64_t total_ = 0;
};

}  // namespace

void write_safetensors(const Services& services, const StateDict& dict, const std::string& path,
                       const SaveOptions& options) {
  Writer(services, dict, path, options).write();
}

}  // namespace duramen::io
