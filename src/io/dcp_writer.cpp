#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>

#include "base/text.hpp"
#include "io/atomic_file.hpp"
#include "io/dcp.hpp"
#include "io/dcp_metadata.hpp"
#include "io/file_error.hpp"
#include "io/pickle_writer.hpp"
#include "io/shard_writer.hpp"
#include "io/torch_file.hpp"
#include "value/dict_keys.hpp"

namespace duramen::io {
namespace {

constexpr uint64_t kAlignment = 64;    // of items: tensors inside are at such multiples
constexpr uint64_t kItemBytes = 2048;  // about what torch.save puts around a tensor
constexpr int kMostNames = 1'000'000;
constexpr std::string_view kModule = "torch.distributed.checkpoint.metadata";

struct Item {
  std::string name;
  std::vector<DcpStep> path;
  const Value* value;
  uint64_t offset = 0;
  uint64_t length = 0;
};

// An item of the file, which counts from its own first byte.
class ItemOutput final : public Output {
 public:
  explicit ItemOutput(Output& file) : Output("archive"), file_(file) {}
  void begin(uint64_t /*nbytes*/) override {}

 private:
  void put(std::span<const std::byte> bytes) override { file_.write(bytes); }

  Output& file_;
};

class Saver {
 public:
  Saver(const Services& services, const Value& content, const std::string& path,
        const SaveOptions& options)
      : services_(services), content_(content), path_(path), options_(options) {}
  Saver(const Saver&) = delete;
  Saver& operator=(const Saver&) = delete;
  ~Saver() {
    if (made_folder_ && !is_saved_) ::rmdir(path_.c_str());
  }

  void save() {
    if (content_.kind() != ValueKind::dict) {
      throw refuse({}, join("expected a dict, got ", value_kind_name(content_.kind())),
                   Code::unsupported);
    }
    collect(content_);
    check_names();
    make_folder();
    const Folder folder(path_);
    auto old = old_files(folder);
    const std::string data = free_name(folder);
    try {
      write_items(folder, data);
      save_bytes(folder.path_of(kDcpMetadata), metadata_pickle(data), options_.durability,
                 is_saved_);
    } catch (...) {
      if (!is_saved_) folder.remove(data);
      throw;
    }
    std::erase_if(old,
                  [](const std::string& name) { return !is_numbered(name, "__", "_", ".distcp"); });
    remove_stale(services_, folder, old, {data});
    if (made_folder_ && options_.durability == Durability::durable) synchronise_parent();
  }

 private:
  Error refuse(std::string_view entry, std::string_view what,
               Code code = Code::invalid_argument) const {
    return file_error(code, {path_, "save dcp", entry, {}}, what);
  }

  // Whether a value is one item: no dict, and no list with a tensor, a dict or such a list in it.
  // Recursive: values are not deep.
  bool is_item(const Value& value) {
    if (value.kind() == ValueKind::dict) return false;
    if (value.kind() != ValueKind::list) return true;
    const auto known = list_is_item_.find(&value);
    if (known != list_is_item_.end()) return known->second;
    const bool is =
        std::all_of(value.items().begin(), value.items().end(), [this](const ValueRef& item) {
          return item->kind() != ValueKind::tensor && is_item(*item);
        });
    list_is_item_.emplace(&value, is);
    return is;
  }

  void collect(const Value& container) {
    for (size_t i = 0; i < container.count(); ++i) {
      DcpStep step;
      if (container.kind() == ValueKind::list) {
        step.index = static_cast<int64_t>(i);
      } else {
        auto key = key_text(*container.key(i));
        if (!key || !is_utf8(*key)) throw refuse(name_of_path(), "a key that is no text or number");
        step.key = std::move(*key);
      }
      steps_.push_back(std::move(step));
      const Value& value = *container.item(i);
      if (++walked_ > kDefaultMaxEntries) {
        throw refuse({},
                     join("too much when shared parts are walked (expected at most ",
                          kDefaultMaxEntries, " entries)"),
                     Code::limit);
      }
      if (is_item(value)) {
        items_.push_back({name_of_path(), steps_, &value});
      } else {
        collect(value);
      }
      steps_.pop_back();
    }
  }
  std::string name_of_path() const {
    std::string name;
    for (const DcpStep& step : steps_) {
      if (&step != steps_.data()) name += '.';
      name += step.index < 0 ? step.key : std::to_string(step.index);
    }
    return name;
  }

  void check_names() const {
    std::vector<std::string_view> names;
    for (const Item& item : items_) {
      if (item.name.find('\0') != std::string::npos) throw refuse(item.name, "a name holds a NUL");
      names.push_back(item.name);
    }
    if (const auto twice = find_duplicate(names)) {
      throw refuse(names[*twice], "two entries have this dotted name");
    }
  }

  void make_folder() {
    if (::mkdir(path_.c_str(), 0777) == 0) {
      made_folder_ = true;
    } else if (errno != EEXIST) {
      throw system_error(path_, "save: make the folder", errno);
    }
  }

  // A folder is as durable as its name in the one above.
  void synchronise_parent() const {
    const Descriptor above(::open((path_ + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (above.is_open() && synchronise_folder(above.get())) return;
    throw system_error(
        path_, "saved, but the folder above could not be synchronised and a power cut may undo it",
        errno)
        .with("saved", "1");
  }

  std::vector<std::string> old_files(const Folder& folder) const noexcept try {
    const auto source = folder.open(services_, kDcpMetadata, Source::Mode::map);
    ReadBudget budget(source->name(), source->bytes().size(), {}, services_.cancel);
    return parse_dcp_metadata(*source, {}, budget.values, services_.cancel).files;
  } catch (...) {  // there is none, or it is nothing of ours
    return {};
  }

  std::string free_name(const Folder& folder) const {
    for (int i = 0; i < kMostNames; ++i) {
      std::string name = join("__0_", i, ".distcp");
      if (!folder.has(name)) return name;
    }
    throw refuse({}, "no free name for the file of the elements", Code::io);
  }

  void write_items(const Folder& folder, const std::string& name) {
    uint64_t total = 0;
    for (const Item& item : items_) {
      total += kItemBytes;
      if (const Tensor* tensor = item.value->as_tensor()) {
        total += static_cast<uint64_t>(tensor->nbytes());
      }
    }
    AtomicFile file(folder.path_of(name));
    file.begin(total);
    for (size_t i = 0; i < items_.size(); ++i) {
      services_.cancel.check("save");
      services_.progress.report("save", i, items_.size());
      write_item(file, items_[i]);
    }
    services_.progress.report("save", items_.size(), items_.size());
    services_.cancel.check("save");
    file.commit(options_.durability);
  }

  void write_item(Output& file, Item& item) {
    static constexpr std::byte kZeros[kAlignment] = {};
    const uint64_t over = file.position() % kAlignment;
    if (over) file.write(std::span(kZeros).first(kAlignment - over));
    item.offset = file.position();
    ItemOutput out(file);
    Services quiet = services_;
    quiet.progress = {};
    try {
      const Tensor* tensor = item.value->as_tensor();
      const ValueRef compact = tensor ? Value::tensor(compacted(*tensor)) : nullptr;
      write_torch(quiet, compact ? *compact : *item.value, out, options_);
    } catch (const Error& error) {
      const std::string& text = error.message();
      throw refuse(item.name, text.starts_with("archive: ") ? text.substr(9) : text, error.code());
    }
    out.finish();
    item.length = file.position() - item.offset;
  }

  // Without what else its memory holds, and without flags.
  TensorRef compacted(const Tensor& tensor) const {
    const bool is_compact = tensor.storage()->nbytes() == static_cast<size_t>(tensor.nbytes()) &&
                            is_dense(tensor.layout());
    if (is_compact) return alias(tensor);
    TensorRef copy = empty(services_.allocator, tensor.shape(), tensor.dtype());
    copy_to_bytes(tensor, copy->mutable_bytes());
    return copy;
  }

  // The pickle: objects of dataclasses are Class() and a dict of fields.
  void begin_object(std::string_view module, std::string_view name) {
    out_.global(module, name);
    out_.opcode(')');
    out_.opcode('\x81');
    out_.memoize();
  }
  void begin_fields(std::string_view module, std::string_view name) {
    begin_object(module, name);
    begin_dict();
  }
  void begin_dict() {
    out_.opcode('}');
    out_.memoize();
    out_.opcode('(');
  }
  void end_fields() {
    out_.opcode('u');
    out_.opcode('b');
  }
  void size(const Shape& sizes) {
    out_.global("torch", "Size");
    out_.begin_tuple(sizes.size());
    for (const int64_t each : sizes) out_.integer(each);
    out_.end_tuple(sizes.size());
    out_.end_tuple(1);
    out_.opcode('R');
    out_.memoize();
  }
  // A dict of the items; between batches as picklers do.
  template <class Body>
  void each_item(Body&& body) {
    begin_dict();
    for (size_t i = 0; i < items_.size(); ++i) {
      if (i != 0 && i % PickleWriter::kBatch == 0) {
        out_.opcode('u');
        out_.opcode('(');
      }
      body(items_[i]);
    }
    out_.opcode('u');
  }

  std::string metadata_pickle(const std::string& data) {
    begin_fields(kModule, "Metadata");
    out_.interned("state_dict_metadata");
    each_item([this](const Item& item) {
      out_.interned(item.name);
      if (const Tensor* tensor = item.value->as_tensor()) return describe_tensor(*tensor);
      begin_object(kModule, "BytesStorageMetadata");
    });
    out_.interned("planner_data");
    each_item([this](const Item& item) {
      out_.interned(item.name);
      out_.begin_tuple(item.path.size());
      for (const DcpStep& step : item.path) {
        step.index < 0 ? out_.interned(step.key) : out_.integer(step.index);
      }
      out_.end_tuple(item.path.size());
    });
    out_.interned("storage_data");
    each_item([&](const Item& item) { describe_place(item, data); });
    out_.interned("storage_meta");
    out_.none();
    out_.interned("version");
    out_.interned("1.0.0");
    end_fields();
    return std::move(out_).finish();
  }

  void describe_tensor(const Tensor& tensor) {
    begin_fields(kModule, "TensorStorageMetadata");
    out_.interned("properties");
    begin_object(kModule, "TensorProperties");
    out_.opcode('(');
    out_.global("torch", dtype_name(tensor.dtype()));
    out_.global("torch.serialization", "_get_layout");
    out_.interned("torch.strided");
    out_.end_tuple(1);
    out_.opcode('R');
    out_.boolean(tensor.requires_grad());
    out_.global(kModule, "_MEM_FORMAT_ENCODING");
    out_.integer(0);
    out_.end_tuple(1);
    out_.opcode('R');
    out_.boolean(false);
    out_.opcode('t');
    out_.opcode('b');
    out_.interned("size");
    size(tensor.shape());
    out_.interned("chunks");
    out_.opcode(']');
    out_.memoize();
    begin_fields(kModule, "ChunkStorageMetadata");
    out_.interned("offsets");
    size(Shape(tensor.rank(), 0));
    out_.interned("sizes");
    size(tensor.shape());
    end_fields();
    out_.opcode('a');
    end_fields();
  }

  void describe_place(const Item& item, const std::string& data) {
    const Tensor* tensor = item.value->as_tensor();
    begin_fields(kModule, "MetadataIndex");
    out_.interned("fqn");
    out_.interned(item.name);
    if (tensor) {
      out_.interned("offset");
      size(Shape(tensor->rank(), 0));
    }
    out_.interned("index");
    tensor ? out_.integer(0) : out_.none();
    end_fields();
    begin_fields("torch.distributed.checkpoint.filesystem", "_StorageInfo");
    out_.interned("relative_path");
    out_.interned(data);
    out_.interned("offset");
    out_.integer(static_cast<int64_t>(item.offset));
    out_.interned("length");
    out_.integer(static_cast<int64_t>(item.length));
    end_fields();
  }

  const Services& services_;
  const Value& content_;
  const std::string& path_;
  const SaveOptions& options_;
  std::vector<DcpStep> steps_;  // to what is being collected
  std::vector<Item> items_;
  uint64_t walked_ = 0;
  std::unordered_map<const Value*, bool> list_is_item_;
  PickleWriter out_;
  bool made_folder_ = false;
  bool is_saved_ = false;
};

}  // namespace

void save_dcp(const Services& services, const Value& content, const std::string& path,
              const SaveOptions& options) {
  Saver(services, content, path, options).save();
}

}  // namespace duramen::io
