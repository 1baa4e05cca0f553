// State dicts, checkpoint files and load reports.
#ifndef DURAMEN_CXX_STATE_DICT_HPP
#define DURAMEN_CXX_STATE_DICT_HPP

#include "listing.hpp"

namespace duramen {

class LoadReportRef
    : public Ref<duramen_load_report, duramen_load_report_retain, duramen_load_report_release> {
 public:
  using Ref::Ref;
  LoadReportRef(const duramen_load_report* lent) noexcept  // NOLINT: lent as const, immutable
      : Ref(const_cast<duramen_load_report*>(lent)) {}

  // How many entries fit.
  uint64_t loaded() const noexcept { return duramen_load_report_loaded(raw_); }
  // Items of a kind (DURAMEN_LOAD_ITEM_MISSING, …); 0: all.
  size_t count(int32_t kind = 0) const noexcept { return duramen_load_report_count(raw_, kind); }
  int32_t kind(size_t index) const noexcept { return duramen_load_report_kind(raw_, index); }
  std::string_view name(size_t index) const noexcept {
    return text_at(duramen_load_report_name, index);
  }
  // Whether the item keeps the load from succeeding.
  bool is_error(size_t index) const noexcept {
    return duramen_load_report_is_error(raw_, index) != 0;
  }
  // The likeliest counterpart of a missing or unexpected name.
  std::string_view nearest(size_t index) const noexcept {
    return text_at(duramen_load_report_nearest, index);
  }
  // Of a renamed item: the dict's own name, and the rules.
  std::string_view origin(size_t index) const noexcept {
    return text_at(duramen_load_report_origin, index);
  }
  std::string_view rule(size_t index) const noexcept {
    return text_at(duramen_load_report_rule, index);
  }
  // The rename rule that would help most; empty when none does.
  std::string_view suggestion() const noexcept {
    return lent_text(duramen_load_report_suggestion, raw_);
  }
  // Everything for a reader; of each group at most `most` names.
  std::string describe(size_t most = SIZE_MAX) const {
    const auto text = make<String>([&](auto** out, auto** error) {
      return duramen_load_report_describe(raw_, most, out, error);
    });
    return std::string(text.view());
  }
  // The names of one kind, in the report's order; lent.
  std::vector<std::string_view> names(int32_t kind) const {
    std::vector<std::string_view> out;
    for (size_t i = 0; i < count(); ++i) {
      if (this->kind(i) == kind) out.push_back(name(i));
    }
    return out;
  }
  std::vector<std::string_view> missing() const { return names(DURAMEN_LOAD_ITEM_MISSING); }
  std::vector<std::string_view> unexpected() const { return names(DURAMEN_LOAD_ITEM_UNEXPECTED); }

 private:
  template <class Getter>
  std::string_view text_at(Getter getter, size_t index) const noexcept {
    size_t length = 0;
    const char* text = getter(raw_, index, &length);
    return text ? std::string_view(text, length) : std::string_view();
  }
};
using LoadReport = Owned<LoadReportRef>;

// In what two state dicts differ; entries as in compare.h.
class DiffRef : public Ref<duramen_diff, duramen_diff_retain, duramen_diff_release> {
 public:
  using Ref::Ref;

  size_t size() const noexcept {
    size_t count = 0;
    size_t stride = 0;
    duramen_diff_entries(raw_, &count, &stride);
    return count;
  }
  bool empty() const noexcept { return size() == 0; }
  uint64_t equal_count() const noexcept { return duramen_diff_equal_count(raw_); }
  // Lent. Requires: index < size().
  const duramen_difference& operator[](size_t index) const noexcept {
    size_t count = 0;
    size_t stride = 0;
    const auto* first = reinterpret_cast<const char*>(duramen_diff_entries(raw_, &count, &stride));
    return *reinterpret_cast<const duramen_difference*>(first + index * stride);
  }
  std::string json() const {
    const auto text =
        make<String>([&](auto** out, auto** error) { return duramen_diff_json(raw_, out, error); });
    return std::string(text.view());
  }
};
using Diff = Owned<DiffRef>;

class StateDictRef
    : public Ref<duramen_state_dict, duramen_state_dict_retain, duramen_state_dict_release> {
 public:
  using Ref::Ref;

  size_t size() const noexcept { return duramen_state_dict_count(raw_); }
  // Names with their tensors or values, in order.
  Entries entries() const { return list({}); }
  Entries list(const ListOptions& options) const {
    const duramen_list_options raw = options.raw();
    return Entries(make<Listing>(
        [&](auto** out, auto** error) { return duramen_state_dict_list(raw_, &raw, out, error); }));
  }
  // NotFound with the detail "nearest".
  Tensor tensor(std::string_view name) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_state_dict_get_tensor(raw_, name.data(), name.size(), out, error);
    });
  }
  Value value(std::string_view name) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_state_dict_get_value(raw_, name.data(), name.size(), out, error);
    });
  }
  void set(std::string_view name, TensorRef tensor) const {
    call([&](duramen_error** error) {
      return duramen_state_dict_set_tensor(raw_, name.data(), name.size(), tensor.get(), error);
    });
  }
  void remove(std::string_view name) const {
    call([&](duramen_error** error) {
      return duramen_state_dict_remove(raw_, name.data(), name.size(), error);
    });
  }
  void strip_prefix(std::string_view prefix) const {
    call([&](duramen_error** error) {
      return duramen_state_dict_strip_prefix(raw_, prefix.data(), prefix.size(), error);
    });
  }
  // Every tensor in memory of its own; ties stay ties.
  Owned<StateDictRef> snapshot(ContextRef context) const {
    return make<Owned<StateDictRef>>([&](auto** out, auto** error) {
      return duramen_state_dict_snapshot(context.get(), raw_, out, error);
    });
  }
  // Of the entries that the options select.
  Diff diff(ContextRef context, Ref other, const ListOptions& options = {}) const {
    const duramen_list_options raw = options.raw();
    return make<Diff>([&](auto** out, auto** error) {
      return duramen_state_dict_diff(context.get(), raw_, other.get(), &raw, out, error);
    });
  }
  // The same for the same names, dtypes, shapes and values, whatever their order and origin.
  std::string digest(ContextRef context, const ListOptions& options = {}) const {
    const duramen_list_options raw = options.raw();
    const auto text = make<String>([&](auto** out, auto** error) {
      return duramen_state_dict_digest(context.get(), raw_, &raw, out, error);
    });
    return std::string(text.view());
  }
  // Atomic and durable; the ending tells the format (.safetensors; .pt, .pth, .bin, .ckpt).
  void save(ContextRef context, std::string_view path) const {
    call([&](duramen_error** error) {
      return duramen_state_dict_save(context.get(), raw_, path.data(), path.size(), nullptr, error);
    });
  }
};

class StateDict : public Owned<StateDictRef> {
 public:
  using Owned::Owned;
  StateDict(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  static StateDict create() {
    return make<StateDict>(
        [](auto** out, auto** error) { return duramen_state_dict_create(out, error); });
  }
  static StateDict adopt(duramen_state_dict* raw) noexcept { return Owned::adopt(raw); }
};

class CheckpointRef
    : public Ref<duramen_checkpoint, duramen_checkpoint_retain, duramen_checkpoint_release> {
 public:
  using Ref::Ref;
  std::string_view format() const noexcept { return lent_text(duramen_checkpoint_format, raw_); }
  // Everything that the file holds; lent.
  ValueRef content() const noexcept { return duramen_checkpoint_content(raw_); }
  // The dict at a dotted path; "" is the root. Its tensors share the file's memory.
  StateDict state_dict(ContextRef context, std::string_view select = {}) const {
    return make<StateDict>([&](auto** out, auto** error) {
      return duramen_checkpoint_state_dict(context.get(), raw_, select.data(), select.size(), out,
                                           error);
    });
  }
};

class Checkpoint : public Owned<CheckpointRef> {
 public:
  using Owned::Owned;
  // Opens and maps a file; its first bytes tell the format.
  static Checkpoint open(ContextRef context, std::string_view path) {
    return make<Checkpoint>([&](auto** out, auto** error) {
      return duramen_checkpoint_open(context.get(), path.data(), path.size(), nullptr, out, error);
    });
  }
  static Checkpoint adopt(duramen_checkpoint* raw) noexcept {
    return Checkpoint(Owned::adopt(raw));
  }

 private:
  explicit Checkpoint(Owned owned) noexcept : Owned(std::move(owned)) {}
};

// The state dict of a file in one step, as torch.load of one that holds nothing else.
inline StateDict load(ContextRef context, std::string_view path, std::string_view select = {}) {
  return Checkpoint::open(context, path).state_dict(context, select);
}

}  // namespace duramen

#endif
