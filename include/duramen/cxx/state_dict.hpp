// State dicts: names with their tensors and values; and in what two of them differ.
#ifndef DURAMEN_CXX_STATE_DICT_HPP
#define DURAMEN_CXX_STATE_DICT_HPP

#include "load_report.hpp"

namespace DURAMEN_CXX {

class StateDict;
struct SaveOptions;

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
  using Iterator = IndexIterator<DiffRef, const duramen_difference&>;
  Iterator begin() const noexcept;
  Iterator end() const noexcept;
  Result<std::string> json() const {
    return make_text([&](auto** out, auto** error) { return duramen_diff_json(raw_, out, error); });
  }
};
inline DiffRef::Iterator DiffRef::begin() const noexcept { return {*this, 0}; }
inline DiffRef::Iterator DiffRef::end() const noexcept { return {*this, size()}; }
class Diff : public Owned<DiffRef> {
 public:
  using Owned::Owned;
  Diff(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  DURAMEN_CXX_LENDS_AT(DiffRef, operator[], size_t);
  static Diff adopt(duramen_diff* raw) noexcept { return Owned::adopt(raw); }
};
// Of a difference: its name, lent by its diff; and the largest distance, where there is a position
// with a number on both sides.
inline std::string_view name(const duramen_difference& difference) noexcept {
  return {difference.name, static_cast<size_t>(difference.name_length)};
}
inline std::optional<double> distance(const duramen_difference& difference) noexcept {
  return difference.has_distance ? std::optional<double>(difference.distance) : std::nullopt;
}

class StateDictRef
    : public Ref<duramen_state_dict, duramen_state_dict_retain, duramen_state_dict_release> {
 public:
  using Ref::Ref;

  size_t size() const noexcept { return duramen_state_dict_count(raw_); }
  // Names with their tensors or values, in order.
  Result<Entries> entries() const { return list({}); }
  Result<Entries> list(const ListOptions& options) const {
    const duramen_list_options raw = options.raw();
    return detail::entries(
        [&](auto** out, auto** error) { return duramen_state_dict_list(raw_, &raw, out, error); });
  }
  // NotFound with the detail "nearest".
  Result<Tensor> tensor(std::string_view name) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_state_dict_get_tensor(raw_, name.data(), name.size(), out, error);
    });
  }
  Result<Value> value(std::string_view name) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_state_dict_get_value(raw_, name.data(), name.size(), out, error);
    });
  }
  Result<void> set(std::string_view name, TensorRef tensor) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_set_tensor(raw_, name.data(), name.size(), tensor.get(), error);
    });
  }
  Result<void> set(std::string_view name, ValueRef value) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_set_value(raw_, name.data(), name.size(), value.get(), error);
    });
  }
  Result<void> remove(std::string_view name) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_remove(raw_, name.data(), name.size(), error);
    });
  }
  Result<void> strip_prefix(std::string_view prefix) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_strip_prefix(raw_, prefix.data(), prefix.size(), error);
    });
  }
  // Another dict of the same tensors; and one with every tensor in memory of its own, ties kept.
  Result<StateDict> copy() const;
  Result<StateDict> snapshot(ContextRef context) const;
  // Of the entries that the options select.
  Result<Diff> diff(ContextRef context, Ref other, const ListOptions& options = {}) const {
    const duramen_list_options raw = options.raw();
    return make<Diff>([&](auto** out, auto** error) {
      return duramen_state_dict_diff(context.get(), raw_, other.get(), &raw, out, error);
    });
  }
  // The same for the same names, dtypes, shapes and values, whatever their order and origin.
  Result<std::string> digest(ContextRef context, const ListOptions& options = {}) const {
    const duramen_list_options raw = options.raw();
    return make_text([&](auto** out, auto** error) {
      return duramen_state_dict_digest(context.get(), raw_, &raw, out, error);
    });
  }
  // As torch.save sees it: an OrderedDict, with _metadata where there are versions.
  Result<Value> to_value() const {
    return make<Value>(
        [&](auto** out, auto** error) { return duramen_state_dict_to_value(raw_, out, error); });
  }

  // The versions of modules by path; "" is the root. NotFound.
  bool has_versions() const noexcept { return duramen_state_dict_has_versions(raw_) != 0; }
  Result<int64_t> version(std::string_view path) const {
    return read(int64_t{0}, [&](int64_t* out, duramen_error** error) {
      return duramen_state_dict_version(raw_, path.data(), path.size(), out, error);
    });
  }
  Result<void> set_version(std::string_view path, int64_t version) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_set_version(raw_, path.data(), path.size(), version, error);
    });
  }
  Result<StringList> version_paths() const {
    return make<StringList>([&](auto** out, auto** error) {
      return duramen_state_dict_version_paths(raw_, out, error);
    });
  }
  // The texts that a safetensors file has beside its tensors. NotFound.
  Result<std::string> metadata(std::string_view key) const {
    return make_text([&](auto** out, auto** error) {
      return duramen_state_dict_metadata(raw_, key.data(), key.size(), out, error);
    });
  }
  Result<void> set_metadata(std::string_view key, std::string_view text) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_set_metadata(raw_, key.data(), key.size(),
                                             text.data() ? text.data() : "", text.size(), error);
    });
  }
  Result<void> remove_metadata(std::string_view key) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_set_metadata(raw_, key.data(), key.size(), nullptr, 0, error);
    });
  }
  Result<StringList> metadata_keys() const {
    return make<StringList>([&](auto** out, auto** error) {
      return duramen_state_dict_metadata_keys(raw_, out, error);
    });
  }
  // Atomic and durable; the ending tells the format (.safetensors; .pt, .pth, .bin, .ckpt; .npz;
  // .gguf). More is in SaveOptions (checkpoint.hpp).
  Result<void> save(ContextRef context, std::string_view path) const {
    return call([&](duramen_error** error) {
      return duramen_state_dict_save(context.get(), raw_, path.data(), path.size(), nullptr, error);
    });
  }
  Result<void> save(ContextRef context, std::string_view path, const SaveOptions& options) const;
};

class StateDict : public Owned<StateDictRef> {
 public:
  using Owned::Owned;
  StateDict(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  static Result<StateDict> create() {
    return make<StateDict>(
        [](auto** out, auto** error) { return duramen_state_dict_create(out, error); });
  }
  // The dict inside a value, such as a checkpoint's content; `select` is a dotted path in it.
  static Result<StateDict> from_value(ValueRef value, std::string_view select = {}) {
    return make<StateDict>([&](auto** out, auto** error) {
      return duramen_state_dict_from_value(value.get(), select.data(), select.size(), out, error);
    });
  }
  static StateDict adopt(duramen_state_dict* raw) noexcept { return Owned::adopt(raw); }
};

inline Result<StateDict> StateDictRef::copy() const {
  return make<StateDict>(
      [&](auto** out, auto** error) { return duramen_state_dict_copy(raw_, out, error); });
}
inline Result<StateDict> StateDictRef::snapshot(ContextRef context) const {
  return make<StateDict>([&](auto** out, auto** error) {
    return duramen_state_dict_snapshot(context.get(), raw_, out, error);
  });
}

}  // namespace DURAMEN_CXX

DURAMEN_CXX_LENT_VIEW(DiffRef);
DURAMEN_CXX_OWNING_VIEW(Diff);

#endif
