#include <algorithm>

#include "base/text.hpp"
#include "io/big_integer.hpp"
#include "io/file_error.hpp"
#include "io/pickle_writer.hpp"
#include "io/saving.hpp"
#include "io/torch_file.hpp"
#include "io/torch_parts.hpp"
#include "value/dict_keys.hpp"

namespace duramen::io {
namespace {

using Record = StoragePlan::Record;

constexpr size_t kMaxIntegerBytes = 255;  // torch.load(weights_only=True) reads no longer ones

struct Step {
  const Value* container;
  size_t index;
};

// "optimizer.param_groups.0.lr"
std::string path_of(const std::vector<Step>& steps) {
  constexpr size_t kMaxLength = 1000;
  std::string path;
  for (const auto& [container, index] : steps) {
    if (path.size() > kMaxLength) break;
    if (!path.empty()) path += '.';
    if (container->kind() != ValueKind::dict) {
      path += std::to_string(index);
      continue;
    }
    const Value& key = *container->key(index);
    const bool is_integer = key.kind() == ValueKind::integer;
    path += is_integer ? std::to_string(key.as_integer()) : printable(key.as_text());
  }
  return path;
}

// The pickle of a value, and the storages in the order that it names them.
class ContentWriter {
 public:
  ContentWriter(const Value& content, const std::string& path, StoragePlan& plan)
      : path_(path), plan_(plan) {
    write(content);
  }
  std::string take_pickle() { return std::move(out_).finish(); }
  const std::vector<const Record*>& records() const noexcept { return order_; }

 private:
  Error refuse(std::string_view what, Code code = Code::invalid_argument) const {
    return file_error(code, {path_, "save torch", path_of(steps_), {}}, what);
  }

  void write_item(const Value& container, size_t index) {
    steps_.push_back({&container, index});
    write(*container.item(index));
    steps_.pop_back();
  }
  void write(const Value& value) {
    switch (value.kind()) {
      case ValueKind::none:
        return out_.none();
      case ValueKind::boolean:
        return out_.boolean(value.as_boolean());
      case ValueKind::integer:
        return out_.integer(value.as_integer());
      case ValueKind::big_integer:
        return write_big_integer(value.as_text());
      case ValueKind::real:
        return out_.real(value.as_real());
      case ValueKind::complex:
        return write_complex(value.as_complex());
      case ValueKind::text:
        return write_text(value);
      case ValueKind::bytes:
        return out_.bytes(value.as_text());
      case ValueKind::tensor:
        return write_tensor(*value.as_tensor());
      default:
        return write_container(value);
    }
  }

  // A container that is there twice is one object for Python too.
  void write_container(const Value& value) {
    const auto found = written_.find(&value);
    if (found != written_.end()) return out_.recall(found->second);
    switch (value.kind()) {
      case ValueKind::list:
        return write_list(value);
      case ValueKind::tuple:
        return write_tuple(value);
      case ValueKind::dict:
        return write_dict(value);
      default:
        return write_opaque(value);
    }
  }
  void memoize(const void* object) { written_[object] = out_.memoize(); }

  // A text that several places share is one object, as Python's interned strings are.
  void write_text(const Value& value) {
    const bool shared = value.use_count() > 1;
    const auto found = shared ? written_.find(&value) : written_.end();
    if (found != written_.end()) return out_.recall(found->second);
    if (!is_utf8(value.as_text())) {
      throw refuse(join("a text is not UTF-8: ", printable(value.as_text())));
    }
    out_.text(value.as_text());
    if (shared) written_[&value] = out_.last_key();
  }

  void write_big_integer(std::string_view decimal) {
    const auto bytes = little_endian_of(decimal);
    if (!bytes) throw refuse(join("not an integer: ", printable(decimal)));
    if (bytes->size() > kMaxIntegerBytes) {
      throw refuse(join("an integer is too long (expected at most ", kMaxIntegerBytes,
                        " bytes, got ", bytes->size(), ")"),
                   Code::unsupported);
    }
    out_.big_integer(*bytes);
  }

  void write_complex(std::complex<double> value) {
    out_.global("__builtin__", "complex");
    out_.real(value.real());
    out_.real(value.imag());
    out_.end_tuple(2);
    out_.opcode('R');
    out_.memoize();
  }

  void write_list(const Value& value) {
    out_.opcode(']');
    memoize(&value);
    write_list_items(value);
  }
  void write_list_items(const Value& value) {
    const size_t count = value.count();
    if (count == 1) {
      write_item(value, 0);
      return out_.opcode('a');
    }
    for (size_t i = 0; i < count;) {
      out_.opcode('(');
      const size_t end = std::min<size_t>(count, i + PickleWriter::kBatch);
      for (; i < end; ++i) write_item(value, i);
      out_.opcode('e');
    }
  }

  void write_tuple(const Value& value) {
    const size_t count = value.count();
    const bool is_size = value.as_text() == "torch.Size";
    if (is_size) out_.global("torch", "Size");
    out_.begin_tuple(count);
    for (size_t i = 0; i < count; ++i) write_item(value, i);
    out_.end_tuple(count);
    if (is_size) {
      out_.end_tuple(1);
      out_.opcode('R');
      out_.memoize();
    }
    if (is_size || count > 0) written_[&value] = out_.last_key();
  }

  void write_dict(const Value& value) {
    const bool ordered = value.as_text() == "collections.OrderedDict";
    if (ordered) {
      out_.global("collections", "OrderedDict");
      out_.opcode(')');
      out_.opcode('R');
    } else if (value.as_text() == "dict") {
      out_.opcode('}');
    } else {
      throw refuse(join("a dict of class ", printable(value.as_text()),
                        " cannot be saved (expected dict or collections.OrderedDict)"),
                   Code::unsupported);
    }
    memoize(&value);
    write_items(value, ordered);
    if (ordered && value.attributes() && value.attributes()->count() > 0) {
      write_container(*value.attributes());
      out_.opcode('b');
    }
  }

  // CPython fills an exact dict and a subclass by two loops that differ in the last batch.
  void write_items(const Value& value, bool ordered) {
    const size_t count = value.count();
    for (size_t i = 0; i < count;) {
      const size_t end = std::min<size_t>(count, i + PickleWriter::kBatch);
      const bool single = ordered ? end - i == 1 : count == 1;
      if (!single) out_.opcode('(');
      for (; i < end; ++i) {
        write_key(*value.key(i));
        write_item(value, i);
      }
      out_.opcode(single ? 's' : 'u');
    }
  }
  void write_key(const Value& key) {
    if (!hashable_.takes(key)) {
      throw refuse(join("a dict has a key of kind ", value_kind_name(key.kind()),
                        ", which Python cannot look up"),
                   Code::unsupported);
    }
    const bool is_version = key.kind() == ValueKind::text && key.as_text() == "version";
    is_version ? out_.interned("version") : write(key);
  }

  // Only what has a place in a checkpoint that PyTorch reads safely.
  void write_opaque(const Value& value) {
    const std::string_view name = value.as_text();
    const bool is_dtype =
        value.count() == 0 && name.starts_with("torch.") && dtype_from_name(name) != Dtype::invalid;
    if (is_dtype) return out_.global("torch", name.substr(6));
    if (name == "builtins.set") return write_set(value);
    throw refuse(join("an object of class ", printable(name), " cannot be saved"),
                 Code::unsupported);
  }
  void write_set(const Value& value) {
    out_.global("__builtin__", "set");
    out_.opcode(']');
    out_.memoize();
    write_list_items(value);
    out_.end_tuple(1);
    out_.opcode('R');
    memoize(&value);
  }

  void write_tensor(const Tensor& tensor) {
    const auto found = written_.find(&tensor);
    if (found != written_.end()) return out_.recall(found->second);
    if (tensor.is_parameter()) {
      out_.global("torch._utils", "_rebuild_parameter");
      write_rebuild(tensor, false);
      out_.memoize();
      out_.boolean(tensor.requires_grad());
      out_.empty_ordered_dict();
      out_.end_tuple(3);
      out_.opcode('R');
    } else {
      write_rebuild(tensor, tensor.requires_grad());
    }
    memoize(&tensor);
  }

  void write_rebuild(const Tensor& tensor, bool requires_grad) {
    Record& record = plan_.of(tensor);
    const bool untyped = record.dtype == Dtype::invalid;
    const size_t count = untyped ? 7 : 6;
    check_dtype(tensor.dtype());
    out_.global("torch._utils", untyped ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
    out_.begin_tuple(count);
    write_storage(record);
    const auto begin = static_cast<int64_t>(record.begin / itemsize(tensor.dtype()));
    out_.integer(tensor.nbytes() == 0 ? 0 : tensor.layout().offset - begin);
    write_sizes(tensor.shape());
    write_sizes(tensor.strides());
    out_.boolean(requires_grad);
    out_.empty_ordered_dict();
    if (untyped) out_.global("torch", dtype_name(tensor.dtype()));
    out_.end_tuple(count);
    out_.opcode('R');
  }

  void check_dtype(Dtype dtype) const {
    const bool quantized = dtype >= Dtype::qint8;
    if (itemsize(dtype) != 0 && !quantized) return;
    throw refuse(join("PyTorch files have no plain tensors of dtype ", dtype_name(dtype)),
                 Code::unsupported);
  }

  void write_storage(Record& record) {
    if (record.key.empty()) {
      record.key = std::to_string(order_.size());
      order_.push_back(&record);
    }
    const bool untyped = record.dtype == Dtype::invalid;
    out_.begin_tuple(5);
    out_.interned("storage");
    out_.global(untyped ? "torch.storage" : "torch",
                untyped ? "UntypedStorage" : storage_class_of(record.dtype));
    record.key_memo ? out_.recall(*record.key_memo) : out_.text(record.key);
    if (!record.key_memo) record.key_memo = out_.last_key();
    out_.interned("cpu");
    const uint64_t width = untyped ? 1 : itemsize(record.dtype);
    out_.integer(static_cast<int64_t>((record.end - record.begin) / width));
    out_.end_tuple(5);
    out_.opcode('Q');
  }

  void write_sizes(const Shape& sizes) {
    out_.begin_tuple(sizes.size());
    for (const int64_t size : sizes) out_.integer(size);
    out_.end_tuple(sizes.size());
  }

  const std::string& path_;
  HashableKeys hashable_;
  std::vector<Step> steps_;  // from the root to what is being written
  StoragePlan& plan_;
  PickleWriter out_;
  std::vector<const Record*> order_;
  std::unordered_map<const void*, uint32_t> written_;  // containers and tensors: memo keys
};

// torch.save's folder: the file's name without its last ending; "archive" when it is not ASCII.
std::string folder_of(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  if (dot != std::string::npos && dot > 0) name.resize(dot);
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(),
                                                  [](char c) { return c >= 0x20 && c < 0x7F; });
  return (plain ? name : "archive") + "/";
}

}  // namespace

TorchParts::TorchParts(const Value& content, const std::string& file)
    : folder_(folder_of(file)), plan_(content) {
  ContentWriter writer(content, file, plan_);
  pickle_ = writer.take_pickle();
  records_ = writer.records();
  for (const Record* record : records_) data_bytes_ += record->end - record->begin;
}

TorchParts::~TorchParts() = default;

uint64_t TorchParts::nbytes() const noexcept {
  constexpr uint64_t kOthers = 6;     // small records
  constexpr uint64_t kAround = 320;   // headers, padding and directory of a record
  constexpr uint64_t kLongName = 32;  // behind the folder
  const uint64_t records = records_.size() + kOthers;
  return data_bytes_ + pickle_.size() + records * (kAround + 2 * (folder_.size() + kLongName));
}

void TorchParts::begin(ZipWriter& zip) const {
  zip.whole("data.pkl", pickle_);
  zip.whole(".format_version", "1");
  zip.whole(".storage_alignment", "64");
  zip.whole("byteorder", "little");
}

void TorchParts::finish(ZipWriter& zip) const {
  zip.whole("version", "3\n");
  zip.whole(".data/serialization_id", zip.serialization_id());
  zip.finish();
}

void write_torch(const Services& services, const Value& content, Output& out,
                 const SaveOptions& /*options*/) {
  const TorchParts parts(content, out.name());
  out.begin(parts.nbytes());
  ZipWriter zip(out, parts.folder());
  parts.begin(zip);
  Saving saving(services, parts.data_bytes());
  for (const Record* record : parts.records()) {
    const std::byte* first = record->storage->data() + record->begin;
    const size_t nbytes = record->end - record->begin;
    zip.begin("data/" + record->key, nbytes);
    saving.part(*record->storage, {first, nbytes},
                [&](std::span<const std::byte> bytes) { zip.add(bytes); });
    zip.end();
  }
  saving.end();
  parts.finish(zip);
}

}  // namespace duramen::io
