#include <algorithm>
#include <cerrno>
#include <unordered_set>

#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/budget.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"
#include "io/shard_index.hpp"

namespace duramen::io {
namespace {

constexpr std::string_view kPart = "shard index";
constexpr size_t kNamesTold = 3;  // of those that a warning is about

class Reader {
 public:
  Reader(const Services& services, const Ref<const Source>& source, const Folder& folder,
         const OpenOptions& options)
      : services_(services),
        source_(source),
        folder_(folder),
        options_(options),
        index_(parse_shard_index(*source, options.limits, services.cancel)) {}

  Ref<Checkpoint> read() {
    open_shards();
    ReadBudget budget(source_->name(), nbytes_, options_.limits, services_.cancel);
    options_.shared = &budget;
    for (size_t i = 0; i < sources_.size(); ++i) {
      services_.progress.report("open", i, sources_.size());
      add_shard(i, *read_any(services_, sources_[i], options_of_rest()));
      sources_[i] = nullptr;  // kept by what was read
    }
    services_.progress.report("open", sources_.size(), sources_.size());
    check_entries();
    check_total_size();
    properties_.append("shards", std::to_string(sources_.size()));
    if (!warnings_.empty()) properties_.append("warnings", warnings_);
    auto content = Value::dict(std::move(keys_), std::move(items_), std::move(class_name_),
                               std::move(attributes_));
    return make<Checkpoint>(format_.empty() ? "safetensors" : format_, std::move(content),
                            std::move(metadata_), std::move(properties_));
  }

 private:
  Error bad(std::string_view entry, std::string_view what, Code code = Code::corrupt) const {
    return file_error(code, {source_->name(), kPart, entry, {}}, what);
  }
  void warn(const std::string& what) {
    services_.log.write(LogLevel::warning, join(printable(source_->name()), ": ", what));
    warnings_ += (warnings_.empty() ? "" : "; ") + what;
  }
  auto key_at() const noexcept {
    return [this](size_t i) { return keys_[i]->as_text(); };
  }

  void open_shards() {
    nbytes_ = source_->bytes().size();
    for (const std::string& shard : index_.shards) {
      services_.cancel.check("open");
      sources_.push_back(open_shard(shard));
      nbytes_ += sources_.back()->bytes().size();
    }
  }
  Ref<const Source> open_shard(const std::string& shard) const {
    if (!folder_.has(shard)) {
      throw bad(shard, "the shard is missing (is the download complete?)", Code::io)
          .with("errno", std::to_string(ENOENT));
    }
    return folder_.open(services_, shard, options_.mode);
  }

  // What the limits of the whole leave for one more. Zero would mean the default.
  OpenOptions options_of_rest() const {
    OpenOptions rest = options_;
    const auto subtract = [](uint64_t& limit, uint64_t used) {
      if (limit) limit = limit > used ? limit - used : 1;
    };
    subtract(rest.limits.max_entries, keys_.size());
    subtract(rest.limits.max_total_bytes, tensor_bytes_);
    return rest;
  }

  void add_shard(size_t shard, const Checkpoint& read) {
    const std::string& name = index_.shards[shard];
    const Value& content = *read.content(services_.cancel);
    if (content.kind() != ValueKind::dict) {
      throw bad(
          name,
          join("the shard holds no dict of tensors (got ", value_kind_name(content.kind()), ")"),
          Code::unsupported);
    }
    add_description(shard, read);
    for (size_t i = 0; i < content.count(); ++i) {
      const Value& key = *content.key(i);
      if (key.kind() != ValueKind::text) {
        throw bad(name, "a key of the shard's dict is not a string", Code::unsupported);
      }
      keys_.push_back(content.key(i));
      items_.push_back(content.item(i));
      if (names_.insert(keys_.size() - 1, key_at()) != keys_.size() - 1) {
        throw bad(key.as_text(),
                  join("it is in two shards, of which one is '", printable(name), "'"));
      }
      count_bytes(*content.item(i));
    }
    ends_.push_back(keys_.size());
    check_limits();
  }

  void add_description(size_t shard, const Checkpoint& read) {
    const Value& content = *read.content(services_.cancel);
    if (format_.empty()) {
      format_ = read.format();
      properties_ = read.properties();
    }
    if (shard == 0) class_name_ = content.as_text();
    if (class_name_ != content.as_text()) class_name_ = "dict";
    if (!attributes_ && content.attributes()) {
      attributes_ = ValueRef(content.attributes());
      class_name_ = content.as_text();
    }
    for (const auto& [key, value] : read.metadata()) {
      if (!metadata_.contains(key)) metadata_.append(key, value);
    }
  }

  void count_bytes(const Value& item) {
    const Tensor* tensor = item.as_tensor();
    if (!tensor) return;
    tensor_bytes_ += static_cast<uint64_t>(tensor->nbytes());
    if (storages_.insert(tensor->storage().get()).second) {
      storage_bytes_ += tensor->storage()->nbytes();
    }
  }

  void check_limits() const {
    const Limits& limits = options_.limits;
    if (limits.max_entries && keys_.size() > limits.max_entries) {
      throw bad({},
                join("too many entries in all shards (expected at most ", limits.max_entries, ")"),
                Code::limit);
    }
    if (limits.max_total_bytes && tensor_bytes_ > limits.max_total_bytes) {
      throw bad({},
                join("the tensors of all shards are too large together (expected at most ",
                     limits.max_total_bytes, " bytes)"),
                Code::limit);
    }
  }

  void check_entries() {
    std::vector<bool> is_named(keys_.size());
    for (const ShardIndex::Entry& entry : index_.entries) {
      const size_t found = names_.find(entry.name, key_at());
      const size_t first = entry.shard == 0 ? 0 : ends_[entry.shard - 1];
      if (found == NameIndex::kNotFound || found < first || found >= ends_[entry.shard]) {
        throw bad(entry.name,
                  join("it is not in its shard '", printable(index_.shards[entry.shard]), "'"));
      }
      is_named[found] = true;
    }
    warn_of_unnamed(is_named);
  }

  void warn_of_unnamed(const std::vector<bool>& is_named) {
    const auto count = static_cast<size_t>(std::count(is_named.begin(), is_named.end(), false));
    if (count == 0) return;
    std::string names;
    size_t told = 0;
    for (size_t i = 0; i < keys_.size() && told < kNamesTold; ++i) {
      if (is_named[i]) continue;
      names += join(told++ ? ", '" : "'", printable(keys_[i]->as_text()), "'");
    }
    warn(join("the index does not name ", count, " of the shards' entries (", names,
              count > told ? ", …)" : ")"));
  }

  // What programs write there: the bytes of all tensors, or of all memory with ties counted once.
  void check_total_size() {
    const std::string& told = index_.total_size;
    if (told.empty() || told == std::to_string(tensor_bytes_) ||
        told == std::to_string(storage_bytes_)) {
      return;
    }
    warn(join("its total_size is not that of the tensors (expected ", tensor_bytes_, ", got ", told,
              ")"));
  }

  const Services& services_;
  const Ref<const Source>& source_;
  const Folder& folder_;
  OpenOptions options_;
  ShardIndex index_;
  std::vector<Ref<const Source>> sources_;
  uint64_t nbytes_ = 0;  // of the files
  std::vector<ValueRef> keys_;
  std::vector<ValueRef> items_;
  std::vector<size_t> ends_;  // of each shard's names
  NameIndex names_;
  uint64_t tensor_bytes_ = 0;
  uint64_t storage_bytes_ = 0;
  std::unordered_set<const Storage*> storages_;
  std::string format_;
  std::string class_name_ = "dict";
  ValueRef attributes_;
  OrderedMap<std::string> metadata_;
  OrderedMap<std::string> properties_;
  std::string warnings_;
};

}  // namespace

Ref<Checkpoint> read_shards(const Services& services, const Ref<const Source>& index,
                            const Folder& folder, const OpenOptions& options) {
  return Reader(services, index, folder, options).read();
}

}  // namespace duramen::io
