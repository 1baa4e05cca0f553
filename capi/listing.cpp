#include "base/pointer_index.hpp"
#include "handles.hpp"
#include "nn/walk.hpp"
#include "options.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::capi {

// What has a single holder, the slot that was just read, can be met nowhere else: most objects need
// not be looked up.
static bool is_shared(const Counted& object) noexcept { return object.use_count() > 1; }

class ListingBuilder {
 public:
  // may_repeat: an owner is met once for each of its names, and so is what it holds alone.
  explicit ListingBuilder(bool may_repeat = false) : may_repeat_(may_repeat) {}

  // Room for so many entries, and for the objects behind them.
  void reserve(size_t entries, size_t held) {
    constexpr size_t kNameBytes = 24;  // a guess, as is the rank
    constexpr size_t kMostAtOnce = size_t{1} << 20;
    list_->entries_.reserve(entries);
    list_->held_.reserve(held);
    list_->names_.resize(std::min(entries * kNameBytes, kMostAtOnce));
    list_->shapes_.set_block_size(std::min(entries * 2, kMostAtOnce));
  }
  // Its name is there when all is finished.
  duramen_entry& add(uint64_t kind, std::string_view prefix, std::string_view name) {
    const size_t dot = !prefix.empty() && !name.empty();
    duramen_entry entry{};
    entry.kind = kind;
    entry.first_index = entry.first_storage_index = next();
    entry.name_length = prefix.size() + dot + name.size();
    char* out = room_for_name(entry.name_length + 1);
    out = std::copy(prefix.begin(), prefix.end(), out);
    if (dot) *out++ = '.';
    *std::copy(name.begin(), name.end(), out) = '\0';
    return list_->entries_.emplace_back(entry);
  }
  void set_tensor(duramen_entry& entry, Tensor& tensor) {
    entry.tensor = lend<duramen_tensor>(&tensor);
    entry.rank = static_cast<uint32_t>(tensor.rank());
    entry.dtype = static_cast<duramen_dtype>(tensor.dtype());
    entry.nbytes = static_cast<uint64_t>(tensor.nbytes());
    if (tensor.requires_grad()) entry.flags |= DURAMEN_ENTRY_REQUIRES_GRAD;
    if (is_uninitialized(tensor)) {
      entry.flags |= DURAMEN_ENTRY_UNINITIALIZED;
      entry.rank = 0;
    }
    const uint64_t position = list_->entries_.size() - 1;
    if (may_repeat_ || is_shared(tensor)) entry.first_index = objects_.insert(&tensor, position);
    if (may_repeat_ || is_shared(*tensor.storage())) {
      entry.first_storage_index = storages_.insert(tensor.storage().get(), position);
    }
    if (entry.rank > 0) {
      int64_t* shape = list_->shapes_.take(tensor.rank());
      std::copy(tensor.shape().begin(), tensor.shape().end(), shape);
      entry.shape = shape;
    }
    hold(&tensor);
  }
  void set_module(duramen_entry& entry, nn::Module& module) {
    entry.module = lend<duramen_module>(&module);
    if (may_repeat_ || is_shared(module)) {
      entry.first_index = objects_.insert(&module, list_->entries_.size() - 1);
    }
  }
  void set_value(duramen_entry& entry, const Value& value) {
    entry.value = lend<const duramen_value>(&value);
    hold(&value);
  }
  void hold(const Counted* object) { list_->held_.emplace_back(object); }
  uint64_t next() const noexcept { return list_->entries_.size(); }

  Ref<Listing> finish() {
    const char* name = list_->names_.data();
    for (duramen_entry& entry : list_->entries_) {
      entry.name = name;
      name += entry.name_length + 1;
    }
    return std::move(list_);
  }

 private:
  char* room_for_name(size_t size) {
    std::vector<char>& names = list_->names_;
    if (size > names.size() - used_) names.resize(2 * names.size() + size);
    return names.data() + std::exchange(used_, used_ + size);
  }

  bool may_repeat_;
  Ref<Listing> list_ = make<Listing>();
  size_t used_ = 0;  // of the names
  PointerIndex objects_;
  PointerIndex storages_;
};

namespace {

class TreeLister {
 public:
  TreeLister(const nn::Module& root, const ListOptions& options)
      : root_(root), options_(options), builder_(has(DURAMEN_LIST_KEEP_DUPLICATES)) {}

  Ref<Listing> run() {
    nn::WalkOptions walk;
    walk.prefix = options_.prefix;
    walk.recurse = !has(DURAMEN_LIST_NO_RECURSE);
    walk.remove_duplicate = !has(DURAMEN_LIST_KEEP_DUPLICATES);
    reserve(nn::tree_size(root_, walk));
    nn::walk(root_, walk, [&](std::string_view name, nn::Module& module) { visit(name, module); });
    return builder_.finish();
  }

 private:
  bool has(uint64_t flag) const noexcept { return options_.has(flag); }
  bool wants(uint64_t kind) const noexcept { return options_.wants_kind(kind); }
  bool wants_name(std::string_view path, std::string_view name) {
    if (options_.names.everything()) return true;
    name_.assign(path);
    if (!path.empty() && !name.empty()) name_ += '.';
    name_ += name;
    return options_.names.wants(name_);
  }

  void reserve(const nn::TreeSize& size) {
    if (!options_.names.everything()) return;
    const size_t tensors = (wants(DURAMEN_KIND_PARAMETER) ? size.parameters : 0) +
                           (wants(DURAMEN_KIND_BUFFER) ? size.buffers : 0);
    const size_t modules = wants(DURAMEN_KIND_MODULE) ? size.modules : 0;
    builder_.reserve(tensors + modules, tensors + size.modules);
  }

  void visit(std::string_view name, nn::Module& module) {
    const uint64_t before = builder_.next();
    if (wants(DURAMEN_KIND_MODULE) && options_.wants(DURAMEN_KIND_MODULE, nullptr) &&
        wants_name(name, "")) {
      builder_.set_module(builder_.add(DURAMEN_KIND_MODULE, name, ""), module);
    }
    if (wants(DURAMEN_KIND_PARAMETER)) list_parameters(name, module);
    if (wants(DURAMEN_KIND_BUFFER)) list_buffers(name, module);
    if (wants(DURAMEN_KIND_CHILD) && &module == &root_ && !children_listed_) list_children(name);
    if (builder_.next() != before) builder_.hold(&module);
  }
  void list_parameters(std::string_view name, nn::Module& module) {
    for (const auto& entry : module.parameters()) {
      Tensor* tensor = entry.value.get();
      if (skip(tensor, parameters_)) continue;
      if (!options_.wants(DURAMEN_KIND_PARAMETER, tensor)) continue;
      add_tensor(DURAMEN_KIND_PARAMETER, name, entry.name, module, tensor, true);
    }
  }
  void list_buffers(std::string_view name, nn::Module& module) {
    for (const auto& entry : module.buffers()) {
      if (skip(entry.value.get(), buffers_)) continue;
      const bool persistent = module.is_persistent(entry.name);
      if (has(DURAMEN_LIST_ONLY_PERSISTENT) && !persistent) continue;
      if (!options_.wants(DURAMEN_KIND_BUFFER, entry.value.get())) continue;
      add_tensor(DURAMEN_KIND_BUFFER, name, entry.name, module, entry.value.get(), persistent);
    }
  }
  void list_children(std::string_view name) {
    children_listed_ = true;
    for (const auto& entry : root_.children()) {
      nn::Module* child = entry.value.get();
      if (!child && !has(DURAMEN_LIST_INCLUDE_NONE)) continue;
      if (child && seen(child, children_)) continue;
      if (!options_.wants(DURAMEN_KIND_CHILD, nullptr) || !wants_name(name, entry.name)) continue;
      duramen_entry& added = builder_.add(DURAMEN_KIND_CHILD, name, entry.name);
      if (!child) continue;
      builder_.set_module(added, *child);
      builder_.hold(child);
    }
  }
  void add_tensor(uint64_t kind, std::string_view path, std::string_view name, nn::Module& owner,
                  Tensor* tensor, bool persistent) {
    if (!wants_name(path, name)) return;
    duramen_entry& entry = builder_.add(kind, path, name);
    entry.module = lend<duramen_module>(&owner);
    if (persistent) entry.flags |= DURAMEN_ENTRY_PERSISTENT;
    if (tensor) builder_.set_tensor(entry, *tensor);
  }
  bool skip(const Tensor* tensor, PointerIndex& listed) {
    return tensor ? seen(tensor, listed) : !has(DURAMEN_LIST_INCLUDE_NONE);
  }
  bool seen(const Counted* object, PointerIndex& listed) {
    if (has(DURAMEN_LIST_KEEP_DUPLICATES) || !is_shared(*object)) return false;
    const uint64_t mark = marks_++;
    return listed.insert(object, mark) != mark;
  }

  const nn::Module& root_;
  const ListOptions& options_;
  ListingBuilder builder_;
  PointerIndex parameters_, buffers_, children_;  // met so far; each kind on its own
  uint64_t marks_ = 0;
  std::string name_;
  bool children_listed_ = false;
};

uint64_t kind_of(StateKind kind) noexcept {
  switch (kind) {
    case StateKind::parameter:
      return DURAMEN_KIND_PARAMETER;
    case StateKind::buffer:
      return DURAMEN_KIND_BUFFER;
    case StateKind::extra_state:
      return DURAMEN_KIND_EXTRA_STATE;
    case StateKind::unknown:
      break;
  }
  return DURAMEN_KIND_UNKNOWN;
}

ListOptions read_list_options(const duramen_list_options* options, uint64_t kinds, uint64_t flags) {
  const auto given = read_options(options, "options");
  const auto patterns = [](const char* text, uint64_t length, const char* argument) {
    return optional_text(text, struct_length(length), argument);
  };
  ListOptions out{
      .kinds = known_flags(given.kinds, kinds, "kinds"),
      .flags = known_flags(given.flags, flags, "flags"),
      .prefix = optional_text(given.prefix, struct_length(given.prefix_length), "prefix"),
      .names = {patterns(given.include, given.include_length, "include"),
                patterns(given.exclude, given.exclude_length, "exclude")},
      .dtype = given.dtype == DURAMEN_DTYPE_INVALID ? Dtype::invalid
                                                    : dtype_argument(given.dtype, "dtype"),
  };
  if (out.has(DURAMEN_LIST_ONLY_TRAINABLE) && out.has(DURAMEN_LIST_ONLY_FROZEN))
    throw bad_argument("flags", "no parameter is trainable and frozen");
  return out;
}

ListOptions module_list_options(const duramen_list_options* options) {
  constexpr uint64_t kKinds =
      DURAMEN_KIND_PARAMETER | DURAMEN_KIND_BUFFER | DURAMEN_KIND_MODULE | DURAMEN_KIND_CHILD;
  constexpr uint64_t kFlags = DURAMEN_LIST_NO_RECURSE | DURAMEN_LIST_KEEP_DUPLICATES |
                              DURAMEN_LIST_ONLY_TRAINABLE | DURAMEN_LIST_ONLY_PERSISTENT |
                              DURAMEN_LIST_INCLUDE_NONE | DURAMEN_LIST_ONLY_FROZEN;
  ListOptions out = read_list_options(options, kKinds, kFlags);
  if (out.kinds == 0) out.kinds = DURAMEN_KIND_PARAMETER | DURAMEN_KIND_BUFFER;
  if (out.wants_kind(DURAMEN_KIND_MODULE) && out.wants_kind(DURAMEN_KIND_CHILD))
    throw bad_argument("kinds", "modules and children cannot be listed together");
  return out;
}

}  // namespace

Ref<Listing> list_module(const nn::Module& root, const ListOptions& options) {
  return TreeLister(root, options).run();
}

bool ListOptions::wants(uint64_t kind, const Tensor* tensor) const noexcept {
  if (dtype != Dtype::invalid && !(tensor && tensor->dtype() == dtype)) return false;
  if (kind != DURAMEN_KIND_PARAMETER) return true;
  if (has(DURAMEN_LIST_ONLY_TRAINABLE)) return tensor && tensor->requires_grad();
  return !has(DURAMEN_LIST_ONLY_FROZEN) || (tensor && !tensor->requires_grad());
}

ListOptions state_dict_list_options(const duramen_list_options* options) {
  constexpr uint64_t kKinds = DURAMEN_KIND_PARAMETER | DURAMEN_KIND_BUFFER |
                              DURAMEN_KIND_EXTRA_STATE | DURAMEN_KIND_UNKNOWN;
  ListOptions out =
      read_list_options(options, kKinds, DURAMEN_LIST_ONLY_TRAINABLE | DURAMEN_LIST_ONLY_FROZEN);
  if (out.kinds == 0) out.kinds = kKinds;
  return out;
}

bool wants_entry(const ListOptions& options, std::string_view name, const StateEntry& entry) {
  const uint64_t kind = kind_of(entry.kind);
  return options.wants_kind(kind) && options.wants(kind, entry.tensor.get()) &&
         options.names.wants(name);
}

Ref<Listing> list_state_dict(const StateDict& dict, const ListOptions& options) {
  ListingBuilder builder;
  const bool everything = options.names.everything() && options.prefix.empty();
  if (everything) builder.reserve(dict.entries().size(), dict.entries().size());
  std::string full(options.prefix);
  if (!full.empty()) full += '.';
  const size_t prefix_size = full.size();
  for (const auto& [name, state] : dict.entries()) {
    const uint64_t kind = kind_of(state.kind);
    if (!options.wants_kind(kind) || !options.wants(kind, state.tensor.get())) continue;
    if (!everything) {
      full.resize(prefix_size);
      if (!options.names.wants(full += name)) continue;
    }
    duramen_entry& entry = builder.add(kind, "", everything ? name : full);
    entry.flags = DURAMEN_ENTRY_PERSISTENT;
    if (state.tensor) builder.set_tensor(entry, *state.tensor);
    if (state.value) builder.set_value(entry, *state.value);
  }
  return builder.finish();
}

}  // namespace duramen::capi

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_list_options_init(duramen_list_options* options, size_t struct_size,
                                         duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_module_list(const duramen_module* module,
                                   const duramen_list_options* options, duramen_listing** out,
                                   duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return list_module(object(module, "module"), module_list_options(options));
  });
}

const duramen_entry* duramen_listing_entries(const duramen_listing* listing, size_t* count,
                                             size_t* stride) noexcept {
  const Listing* list = peek(listing);
  return lend_entries(list ? &list->entries() : nullptr, count, stride);
}

const duramen_entry* duramen_listing_find(const duramen_listing* listing, const char* name,
                                          size_t name_length) noexcept {
  const Listing* list = peek(listing);
  if (!list || !name) return nullptr;
  const std::string_view wanted = plain_view(name, name_length);
  for (const duramen_entry& entry : list->entries()) {
    if (std::string_view(entry.name, entry.name_length) == wanted) return &entry;
  }
  return nullptr;
}

duramen_status duramen_pattern_match(const char* patterns, size_t patterns_length, const char* name,
                                     size_t name_length, uint32_t* out,
                                     duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    const GlobSet set(text_argument(patterns, patterns_length, "patterns"));
    const std::string_view subject = text_argument(name, name_length, "name");
    required(out, "out") = set.matches(subject);
  });
}

duramen_listing* duramen_listing_retain(const duramen_listing* listing) noexcept {
  return retain(listing);
}
void duramen_listing_release(duramen_listing* listing) noexcept { release(listing); }
