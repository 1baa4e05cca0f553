#include "io/checkpoint.hpp"

#include <algorithm>

#include "base/name_index.hpp"
#include "base/pointer_index.hpp"
#include "base/text.hpp"
#include "io/atomic_file.hpp"
#include "io/checkpoint_folder.hpp"
#include "io/dcp.hpp"
#include "io/file_error.hpp"
#include "io/flat_file.hpp"
#include "io/formats.hpp"
#include "io/shard_index.hpp"
#include "io/shard_writer.hpp"

namespace duramen::io {
namespace {

void check_path(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw file_error(Code::invalid_argument, {path, {}, {}, {}}, "not a path");
  }
}

Ref<Checkpoint> open_file(const Services& services, const std::string& path,
                          const OpenOptions& options) {
  const auto source = Source::open(services, path, options.mode);
  if (!is_shard_index(text_of(source->bytes()))) return read_any(services, source, options);
  return read_shards(services, source, Folder::of_file(path), options);
}

bool is_for_dcp(const std::string& path, const SaveOptions& options) noexcept {
  return options.format == Format::dcp ||
         (options.format == Format::automatic && path.ends_with('/'));
}

// Fills in what an entry tells of its value.
void describe(FileEntries& list, FileEntry& entry, const Value& value, PointerIndex& storages) {
  const Tensor* tensor = value.as_tensor();
  if (!tensor) {
    entry.value = &value;
    return;
  }
  entry.dtype = tensor->dtype();
  entry.rank = static_cast<uint32_t>(tensor->rank());
  entry.shape = list.keep(tensor->shape());
  if (!tensor->is_contiguous()) entry.strides = list.keep(tensor->strides());
  entry.nbytes = static_cast<uint64_t>(tensor->nbytes());
  entry.first_storage_index = storages.insert(tensor->storage().get(), entry.first_storage_index);
}

Error unknown_entry(std::string_view name, const std::vector<FileEntry>& list) {
  constexpr size_t kMostLooked = 1000;
  std::vector<std::string_view> names;
  for (size_t i = 0; i < std::min(list.size(), kMostLooked); ++i) {
    names.push_back(list[i].name_view());
  }
  const std::string nearest(nearest_word(name, names));
  std::string text = join("nothing is called ", format_quoted(printable(name)));
  if (!nearest.empty()) text += join(" (did you mean ", format_quoted(printable(nearest)), "?)");
  Error error(Code::not_found, std::move(text));
  if (!nearest.empty()) error.with("nearest", nearest);
  return error;
}

template <class Content>
void save_file(const Services& services, const Content& content, const std::string& path,
               const SaveOptions& options) {
  const FileFormat& format = format_for_saving(path, options.format);
  AtomicFile file(path);
  format.write(services, content, file, options);
  file.commit(options.durability);
}

}  // namespace

Ref<Checkpoint> Checkpoint::open(const Services& services, const std::string& path,
                                 const OpenOptions& options) {
  check_path(path);
  auto checkpoint = is_folder(path) ? open_checkpoint_folder(services, path, options)
                                    : open_file(services, path, options);
  checkpoint->file_ = path;
  return checkpoint;
}

Ref<Checkpoint> Checkpoint::from_memory(const Services& services, std::span<const std::byte> bytes,
                                        Ref<const Counted> keeper, const std::string& name,
                                        const OpenOptions& options) {
  auto checkpoint = read_any(services, Source::from_memory(bytes, keeper, name), options);
  checkpoint->keeper_ = std::move(keeper);
  checkpoint->file_ = name;
  return checkpoint;
}

Checkpoint::Checkpoint(std::string format, ValueRef content, OrderedMap<std::string> metadata,
                       OrderedMap<std::string> properties)
    : Counted(kTag),
      format_(std::move(format)),
      metadata_(std::move(metadata)),
      properties_(std::move(properties)),
      content_(std::move(content)) {}

Checkpoint::Checkpoint(std::string format, std::unique_ptr<const FlatFile> flat,
                       OrderedMap<std::string> metadata, OrderedMap<std::string> properties)
    : Counted(kTag),
      format_(std::move(format)),
      flat_(std::move(flat)),
      metadata_(std::move(metadata)),
      properties_(std::move(properties)) {}

Checkpoint::~Checkpoint() = default;

const ValueRef& Checkpoint::content(const CancelFlag& cancel) const {
  const std::lock_guard lock(mutex_);
  if (!content_) content_ = flat_->content(cancel);
  return content_;
}

Ref<StateDict> Checkpoint::plain_state_dict(std::string_view select, const CancelFlag& cancel) const
    try {
  if (flat_ && select.empty()) return flat_->state_dict(cancel);
  return state_dict_from_value(*content(cancel), select);
} catch (const Error& error) {
  throw error_in_file(file_, error);
}

Ref<StateDict> Checkpoint::state_dict(std::string_view select, const CancelFlag& cancel) const {
  auto dict = plain_state_dict(select, cancel);
  dict->metadata() = metadata_;
  return dict;
}

const FileEntries& Checkpoint::listed() const {
  if (entries_) return *entries_;
  constexpr size_t kBytesOfName = 24;  // a guess
  FileEntries list;
  std::vector<const Value*> values;
  PointerIndex storages;
  list.reserve(content_->count(), content_->count() * kBytesOfName);
  values.reserve(content_->count());
  storages.reserve(content_->count());
  each_state_entry(*content_, "", [&](std::string_view name, const Value& value) {
    describe(list, list.add(name), value, storages);
    values.push_back(&value);
  });
  index_of(list.list());
  values_ = std::move(values);
  entries_ = std::make_unique<const FileEntries>(std::move(list));
  return *entries_;
}

const NameIndex& Checkpoint::index_of(const std::vector<FileEntry>& list) const {
  if (names_) return *names_;
  auto names = std::make_unique<NameIndex>();
  names->reserve(list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    const bool is_new = names->insert(i, [&](size_t at) { return list[at].name_view(); }) == i;
    if (!is_new) throw twice_in_state_dict(list[i].name_view());
  }
  names_ = std::move(names);
  return *names_;
}

const FileEntries& Checkpoint::entries() const try {
  if (flat_) return flat_->entries();
  const std::lock_guard lock(mutex_);
  return listed();
} catch (const Error& error) {
  throw error_in_file(file_, error);
}

size_t Checkpoint::position_of(std::string_view name) const {
  const std::vector<FileEntry>& list = flat_ ? flat_->entries().list() : listed().list();
  const size_t position =
      index_of(list).find(name, [&](size_t at) { return list[at].name_view(); });
  if (position == NameIndex::kNotFound) throw unknown_entry(name, list);
  return position;
}

TensorRef Checkpoint::tensor(std::string_view name, const CancelFlag& cancel) const try {
  const std::lock_guard lock(mutex_);
  const size_t position = position_of(name);
  if (flat_) return flat_->tensor(position, cancel);
  if (Tensor* tensor = values_[position]->as_tensor()) return TensorRef(tensor);
  throw Error(Code::dtype_mismatch, join(format_quoted(printable(name)), " is no tensor"))
      .with("entry", std::string(name));
} catch (const Error& error) {
  throw error_in_file(file_, error);
}

void save(const Services& services, const StateDict& dict, const std::string& path,
          const SaveOptions& options) {
  check_path(path);
  check_saveable(dict, path);
  if (is_for_dcp(path, options)) {
    if (options.max_shard_bytes > 0) {
      throw file_error(Code::unsupported, {path, "save", {}, {}},
                       "a distributed checkpoint has no largest size of a file");
    }
    return save_dcp(services, *value_from_state_dict(dict), path, options);
  }
  if (options.max_shard_bytes || path.ends_with(kIndexEnding)) {
    return save_shards(services, dict, path, options);
  }
  save_file(services, dict, path, options);
}

void save_value(const Services& services, const Value& content, const std::string& path,
                const SaveOptions& options) {
  check_path(path);
  check_saveable(content, path);
  if (is_for_dcp(path, options)) return save_dcp(services, content, path, options);
  if (options.max_shard_bytes) {
    throw file_error(Code::unsupported, {path, "save", {}, {}}, "shards hold state dicts only");
  }
  save_file(services, content, path, options);
}

}  // namespace duramen::io
