#include <algorithm>
#include <cstring>
#include <map>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/dcp.hpp"
#include "io/dcp_metadata.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"
#include "io/nested_content.hpp"

namespace duramen::io {
namespace {

using Bytes = std::span<const std::byte>;

// A contiguous block of `sizes` into its place at `offsets` of a contiguous tensor of `shape`.
void copy_block(std::byte* out, const Shape& shape, const std::byte* block, const Shape& offsets,
                const Shape& sizes, size_t width) {
  const size_t rank = shape.size();
  const Shape strides = contiguous_strides(shape);
  // The sides behind this one are whole: so many elements lie side by side.
  size_t side = rank;
  int64_t run = 1;
  while (side > 0 && (side == rank || sizes[side] == shape[side])) run *= sizes[--side];
  int64_t place = 0;
  for (size_t i = 0; i < rank; ++i) place += offsets[i] * strides[i];
  Shape index(side, 0);
  const size_t nbytes = static_cast<size_t>(run) * width;
  for (bool more = true; more; block += nbytes) {
    std::memcpy(out + static_cast<size_t>(place) * width, block, nbytes);
    more = false;
    for (size_t i = side; !more && i-- > 0;) {
      place += strides[i];
      more = ++index[i] < sizes[i];
      if (!more) place -= std::exchange(index[i], 0) * strides[i];
    }
  }
}

class Reader {
 public:
  Reader(const Services& services, const Folder& folder, const OpenOptions& options)
      : services_(services),
        folder_(folder),
        options_(options),
        source_(folder.open(services, kDcpMetadata, options.mode)) {}

  Ref<Checkpoint> read() {
    ReadBudget own(source_->name(), source_->bytes().size(), options_.limits, services_.cancel,
                   kDcpMetadata);
    metadata_ = parse_dcp_metadata(*source_, options_.limits, own.values, services_.cancel);
    open_files();
    check_ranges();
    ReadBudget budget(source_->name(), nbytes_, options_.limits, services_.cancel, kDcpMetadata);
    options_.shared = &budget;
    check_total();
    NestedContent content(budget.values);
    const size_t count = metadata_.entries.size();
    for (size_t i = 0; i < count; ++i) {
      services_.cancel.check("open");
      services_.progress.report("open", i, count);
      const DcpEntry& entry = metadata_.entries[i];
      entry_ = &entry;
      ValueRef value = entry.dtype == Dtype::invalid ? read_value(entry.parts[0])
                                                     : Value::tensor(read_tensor(entry));
      if (!content.add(entry.path, std::move(value))) {
        throw bad("its path meets that of another entry");
      }
    }
    services_.progress.report("open", count, count);
    OrderedMap<std::string> properties;
    if (!metadata_.version.empty()) properties.append("version", metadata_.version);
    properties.append("files", std::to_string(files_.size()));
    return make<Checkpoint>("dcp", content.finish(), OrderedMap<std::string>(),
                            std::move(properties));
  }

 private:
  Error bad(std::string_view what, Code code = Code::corrupt) const {
    return file_error(code, {source_->name(), "dcp metadata", entry_->name, {}}, what);
  }
  // About the bytes of a part.
  Error bad(const DcpPart& part, std::string_view what, Code code = Code::corrupt) const {
    return file_error(code, {files_[part.file]->name(), "dcp item", entry_->name, part.offset},
                      what);
  }
  // What the reader of an item says counts from the item's first byte.
  Error in_item(const DcpPart& part, const Error& error) const {
    Error named(error.code(), join(error.message(), " (of the item '", printable(entry_->name),
                                   "', which begins at byte ", part.offset, ")"));
    named.with("entry", entry_->name);
    named.with("offset", std::to_string(part.offset));
    for (const auto& [key, value] : error.record()->details) named.with(key, value);
    return named;
  }

  void open_files() {
    nbytes_ = source_->bytes().size();
    for (const std::string& name : metadata_.files) {
      services_.cancel.check("open");
      if (!folder_.has(name)) {
        throw file_error(Code::io, {source_->name(), "dcp metadata", name, {}},
                         "the file is missing");
      }
      files_.push_back(folder_.open(services_, name, options_.mode));
      nbytes_ += files_.back()->bytes().size();
    }
  }

  Bytes bytes_from(const DcpPart& part) const {
    return files_[part.file]->bytes().subspan(part.offset);
  }
  static bool is_zip(Bytes bytes) noexcept { return text_of(bytes).starts_with("PK\3\4"); }
  // Its length is that of its tensor then, and it begins where the whole safetensors file does. A
  // tensor's own bytes may begin like such a file, but do not go on as one.
  bool is_safetensors(const DcpEntry& entry, const DcpPart& part) {
    if (entry.dtype == Dtype::invalid) return false;
    const auto [found, is_new] = is_safetensors_.try_emplace({part.file, part.offset}, false);
    if (is_new) found->second = begins_safetensors(bytes_from(part));
    return found->second;
  }
  static bool begins_safetensors(Bytes bytes) noexcept {
    const std::string_view text = text_of(bytes);
    if (is_zip(bytes) || !looks_like_safetensors(text)) return false;
    uint64_t length = 0;
    std::memcpy(&length, text.data(), sizeof length);
    return text.substr(sizeof length, length).find("\"data_offsets\"") != std::string_view::npos;
  }

  // Bytes that many items share would be copied for each.
  void check_ranges() {
    struct Range {
      const DcpPart* part;
      const DcpEntry* entry;
    };
    std::vector<Range> ranges;
    for (const DcpEntry& entry : metadata_.entries) {
      for (const DcpPart& part : entry.parts) {
        entry_ = &entry;
        const uint64_t size = files_[part.file]->bytes().size();
        if (part.offset > size || part.length > size - part.offset) {
          throw bad(part, join("it leaves the file (", part.length, " bytes of ", size,
                               "; is the file truncated?)"));
        }
        if (!is_safetensors(entry, part)) ranges.push_back({&part, &entry});
      }
    }
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
      const DcpPart& first = *a.part;
      const DcpPart& second = *b.part;
      if (first.file != second.file) return first.file < second.file;
      return first.offset != second.offset ? first.offset < second.offset
                                           : first.length < second.length;
    });
    for (size_t i = 1; i < ranges.size(); ++i) {
      const DcpPart& before = *ranges[i - 1].part;
      const DcpPart& part = *ranges[i].part;
      if (before.file != part.file || part.offset >= before.offset + before.length) continue;
      entry_ = ranges[i].entry;
      throw bad(part,
                join("its bytes are those of '", printable(ranges[i - 1].entry->name), "' too"));
    }
  }

  void check_total() {
    const uint64_t most = options_.limits.max_total_bytes;
    uint64_t total = 0;
    for (const DcpEntry& entry : metadata_.entries) {
      if (entry.dtype == Dtype::invalid) continue;
      entry_ = &entry;
      const uint64_t nbytes = bytes_of_shape(entry);
      if (add_overflows(total, nbytes, &total) || (most && total > most)) {
        throw bad(join("the tensors are too large together (expected at most ", most, " bytes)"),
                  Code::limit);
      }
    }
  }
  static uint64_t bytes_of_shape(const DcpEntry& entry) {
    return static_cast<uint64_t>(numel_of(entry.shape)) * itemsize(entry.dtype);
  }

  Ref<Checkpoint> read_item(const DcpPart& part, Bytes bytes) const try {
    const auto& file = files_[part.file];
    return read_any(services_, Source::from_memory(bytes, file, file->name()), options_);
  } catch (const Error& error) {
    throw in_item(part, error);
  }

  ValueRef read_value(const DcpPart& part) const {
    const auto read = read_item(part, bytes_from(part).first(part.length));
    if (read->format() != "torch") throw bad(part, "expected what torch.save writes");
    return read->content(services_.cancel);
  }

  TensorRef read_tensor(const DcpEntry& entry) {
    const auto& parts = entry.parts;
    if (parts.size() == 1 && std::ranges::equal(parts[0].sizes, entry.shape)) {
      return read_part(entry, parts[0]);
    }
    const uint64_t nbytes = bytes_of_shape(entry);
    if (nbytes > options_.shared->inflated) {
      throw bad(
          join("putting the tensor together takes too much memory (expected at most ",
               options_.shared->inflated, " bytes more, got ", nbytes, "; a limit can be raised)"),
          Code::limit);
    }
    options_.shared->inflated -= nbytes;
    TensorRef whole = empty(services_.allocator, entry.shape, entry.dtype);
    for (const DcpPart& part : parts) {
      services_.cancel.check("open");
      TensorRef tensor = read_part(entry, part);
      if (!tensor->is_contiguous()) tensor = contiguous(*tensor);
      copy_block(whole->mutable_bytes(), entry.shape, tensor->bytes(), part.offsets, part.sizes,
                 itemsize(entry.dtype));
    }
    return whole;
  }
  TensorRef contiguous(const Tensor& tensor) const {
    TensorRef copy = empty(services_.allocator, tensor.shape(), tensor.dtype());
    copy_to_bytes(tensor, copy->mutable_bytes());
    return copy;
  }

  TensorRef read_part(const DcpEntry& entry, const DcpPart& part) {
    const Bytes bytes = bytes_from(part);
    TensorRef tensor;
    if (is_zip(bytes)) {
      tensor = tensor_of(part, *read_value(part));
    } else if (is_safetensors(entry, part)) {
      tensor = in_safetensors(entry, part);
    } else {
      tensor = raw_tensor(entry, part);
    }
    if (tensor->dtype() != entry.dtype || !std::ranges::equal(tensor->shape(), part.sizes)) {
      throw bad(part,
                join("the tensor has another dtype or shape than the metadata says (expected ",
                     dtype_name(entry.dtype), " ", format_shape(part.sizes), ", got ",
                     dtype_name(tensor->dtype()), " ", format_shape(tensor->shape()), ")"));
    }
    return tensor;
  }

  TensorRef tensor_of(const DcpPart& part, const Value& value) const {
    if (!value.as_tensor()) {
      throw bad(part, join("expected a tensor, got ", value_kind_name(value.kind())));
    }
    return alias(*value.as_tensor());
  }

  // One file holds many of them: it is read once.
  TensorRef in_safetensors(const DcpEntry& entry, const DcpPart& part) {
    auto& read = safetensors_[{part.file, part.offset}];
    if (!read) read = read_item(part, bytes_from(part));
    try {
      return alias(*read->tensor(entry.name, services_.cancel));
    } catch (const Error& error) {
      if (error.code() != Code::not_found) throw;
      throw bad(part, "the safetensors file there does not hold it");
    }
  }

  TensorRef raw_tensor(const DcpEntry& entry, const DcpPart& part) const {
    const auto nbytes = static_cast<uint64_t>(numel_of(part.sizes)) * itemsize(entry.dtype);
    if (nbytes != part.length) {
      throw bad(part, join("neither a stream of torch.save nor the bytes of a tensor (expected ",
                           nbytes, " bytes, got ", part.length, ")"));
    }
    auto storage = storage_over(services_, files_[part.file], bytes_from(part).first(part.length),
                                entry.dtype);
    return make<Tensor>(std::move(storage), contiguous_layout(part.sizes), entry.dtype);
  }

  const Services& services_;
  const Folder& folder_;
  OpenOptions options_;
  Ref<const Source> source_;
  DcpMetadata metadata_;
  std::vector<Ref<const Source>> files_;
  uint64_t nbytes_ = 0;  // of all files
  const DcpEntry* entry_ = nullptr;
  std::map<std::pair<size_t, uint64_t>, Ref<Checkpoint>> safetensors_;
  std::map<std::pair<size_t, uint64_t>, bool> is_safetensors_;
};

}  // namespace

Ref<Checkpoint> read_dcp(const Services& services, const Folder& folder,
                         const OpenOptions& options) {
  return Reader(services, folder, options).read();
}

}  // namespace duramen::io
