#include "nn/match.hpp"

#include "autograd/conversion.hpp"
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/adopt.hpp"
#include "nn/hooks.hpp"
#include "nn/load_ties.hpp"
#include "nn/placeholder.hpp"
#include "nn/traverse.hpp"
#include "state/rename_suggestion.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

std::string torch_size(const Shape& shape) { return join("torch.Size(", format_shape(shape), ")"); }

// What Python's type() prints for a value of that kind.
std::string python_type(const Value& value) {
  switch (value.kind()) {
    case ValueKind::none:
      return "<class 'NoneType'>";
    case ValueKind::big_integer:
      return "<class 'int'>";
    case ValueKind::dict:
    case ValueKind::opaque:
      return join("<class '", printable(value.as_text()), "'>");
    default:
      return join("<class '", value_kind_name(value.kind()), "'>");
  }
}

// An expanded dimension: PyTorch's certain case of overlapping itself.
bool is_expanded(const Tensor& tensor) noexcept {
  for (size_t i = 0; i < tensor.rank(); ++i) {
    if (tensor.strides()[i] == 0 && tensor.size(i) > 1) return true;
  }
  return false;
}

std::string mismatch_text(std::string_view key, const Tensor& target, const Tensor& source) {
  return join("size mismatch for ", printable(key, SIZE_MAX), ": copying a param with shape ",
              torch_size(source.shape()), " from checkpoint, the shape in current model is ",
              torch_size(target.shape()), ".");
}

std::string dtype_text(std::string_view key, const Tensor& target, const Tensor& source) {
  return join("dtype mismatch for ", printable(key, SIZE_MAX),
              ": copying a param with dtype torch.", dtype_name(source.dtype()),
              " from checkpoint, the dtype in current model is torch.", dtype_name(target.dtype()),
              ".");
}

std::string failure_text(std::string_view key, const Tensor& target, const Tensor& source,
                         std::string_view cause) {
  return join("While copying the parameter named \"", printable(key, SIZE_MAX),
              "\", whose dimensions in the model are ", torch_size(target.shape()),
              " and whose dimensions in the checkpoint are ", torch_size(source.shape()),
              ", an exception occurred : (", format_quoted(cause), ",).");
}

// Of both tensors what they have in common, from the first element of every dimension on.
TensorRef corner_of(Tensor& tensor, const Shape& other) {
  Layout layout = tensor.layout();
  for (size_t i = 0; i < other.size(); ++i) {
    const auto dim = static_cast<int64_t>(i);
    layout = view_slice(layout, dim, 0, std::min(tensor.size(i), other[i]), 1);
  }
  return alias(tensor, layout);
}

}  // namespace

Overlap overlap_of(const Tensor& a, const Tensor& b) noexcept {
  if (&a == &b) return Overlap::full;
  if (a.numel() == 0 || b.numel() == 0) return Overlap::none;
  const bool dense = is_dense(a.layout()) && is_dense(b.layout());
  const auto end_of = [dense](const Tensor& t) {
    const int64_t last = dense ? t.numel() : extent_of(t.layout()).value_or(0) - t.layout().offset;
    return t.bytes() + bytes_of(last, dtype_info(t.dtype()).bits);
  };
  const std::byte *a_begin = a.bytes(), *a_end = end_of(a), *b_begin = b.bytes(),
                  *b_end = end_of(b);
  if (a_begin >= b_end || b_begin >= a_end) return Overlap::none;
  if (!dense) return Overlap::unknown;
  const bool same = a_begin == b_begin && a_end == b_end && a.strides() == b.strides();
  return same ? Overlap::full : Overlap::partial;
}

bool same_data(const Tensor& a, const Tensor& b) noexcept {
  return a.bytes() == b.bytes() && a.dtype() == b.dtype() && a.shape() == b.shape() &&
         a.strides() == b.strides();
}

Matcher::Matcher(const Module& root, const StateDict& dict, const LoadOptions& options)
    : root_(root),
      dict_(&dict),
      versions_(&dict),
      options_(options),
      report_(make<LoadReport>(root.shown_name())),
      matched_(dict.entries().size()) {
  moves_.reserve(dict.entries().size());
  report_->errors = errors_of(options);
}

void Matcher::run() {
  traverse(
      root_, prefix_, {"load_state_dict", false, true, true}, [this](Module& m) { enter(m); },
      [](Module&) {});
  if (met_hooks_) return;
  const bool all_matched = match_count_ == dict().entries().size() && added_.empty();
  if (!all_matched || !dotted_children_.empty()) find_unexpected();
  finish();
}

void Matcher::finish() {
  if (has_shared_) note_ties(root_, options_.allow_tied, *report_);
  suggest();
  report_->loaded = moves_.size() + extra_states_.size() + report_->count(Kind::adopted);
  report_->find_nearest();
}

void Matcher::enter(Module& module) {
  if (module.hooks() && module.hooks()->has_own(Hook::kLoad)) met_hooks_ = true;
  if (met_hooks_) return;
  for (size_t i = 0; i < module.children().size(); ++i) {
    const std::string& name = module.children()[i].name;
    if (name.find('.') != std::string::npos) dotted_children_[&module].push_back(i);
  }
  const std::vector<Module::Upgrade> upgrades = upgrades_of(module);
  match_entries(module, upgrades);
  for (const Module::Upgrade& upgrade : upgrades) {
    if (is_slot(module, upgrade.name)) continue;
    added_.push_back({join(prefix_, upgrade.name), &module, upgrade.value});
  }
}

std::vector<Module::Upgrade> Matcher::upgrades_of(Module& module) {
  const size_t prefix_size = prefix_.size();
  const auto has = [&](std::string_view name) {
    prefix_ += name;
    const bool found = dict().entries().contains(prefix_);
    prefix_.resize(prefix_size);
    return found;
  };
  std::vector<Module::Upgrade> upgrades = module.upgrade_state(version_here(), has);
  if (!upgrades.empty() && !upgrades[0].refusal.empty()) {
    refuse(upgrades);
    upgrades.clear();
  }
  return upgrades;
}

void Matcher::match_entries(Module& module, const std::vector<Module::Upgrade>& upgrades) {
  if (options_.adopt && placeholder_of(module)) placeholders_.emplace(prefix_, &module);
  const size_t prefix_size = prefix_.size();
  const auto match_slot = [&](const Slot& slot) {
    prefix_ += slot.entry().name;
    match(slot, upgrades);
    prefix_.resize(prefix_size);
  };
  for (size_t i = 0; i < module.parameters().size(); ++i) {
    if (module.parameters()[i].value) match_slot({&module, false, i});
  }
  for (size_t i = 0; i < module.buffers().size(); ++i) {
    const auto& [name, target] = module.buffers()[i];
    if (target && module.is_persistent(name)) match_slot({&module, true, i});
  }
  if (module.takes_extra_state()) match_extra_state(module);
}

void Matcher::refuse(const std::vector<Module::Upgrade>& upgrades) {
  std::string keys;
  for (const Module::Upgrade& upgrade : upgrades) {
    std::string key = join(prefix_, upgrade.name);
    find_entry(key);
    keys += join(keys.empty() ? "\"" : " and \"", printable(key, SIZE_MAX), "\"");
    refused_.insert(std::move(key));
  }
  std::string text = upgrades[0].refusal;
  add(Kind::failed, join(prefix_, upgrades[0].name), nullptr, nullptr).text =
      text.replace(text.find("{}"), 2, keys);
}

std::optional<int64_t> Matcher::version_here() {
  if (!versions_->has_versions()) return std::nullopt;
  const std::string_view path(prefix_.data(), prefix_.empty() ? 0 : prefix_.size() - 1);
  const auto& versions = versions_->versions();
  if (next_version_ >= versions.size() || versions[next_version_].name != path) {
    next_version_ = versions.index_of(path);
    if (next_version_ == versions.kNotFound) return next_version_ = 0, std::nullopt;
  }
  return versions[next_version_++].value.number;
}

size_t Matcher::find_entry(std::string_view key) {
  const auto& entries = dict().entries();
  size_t index = next_entry_;
  if (index >= entries.size() || entries[index].name != key) index = entries.index_of(key);
  if (index == entries.kNotFound) return index;
  next_entry_ = index + 1;
  if (hooks_ && dict_ != versions_) return index;
  if (!matched_[index]) ++match_count_;
  matched_[index] = 1;
  return index;
}

LoadReport::Item& Matcher::add(Kind kind, std::string_view key, const Tensor* target,
                               const Tensor* source) {
  LoadReport::Item item;
  item.kind = kind;
  item.name = key;
  item.verdict = verdict_for(options_, kind, key);
  if (target) {
    item.expected_shape = target->shape();
    item.expected_dtype = target->dtype();
  }
  if (source) {
    item.actual_shape = source->shape();
    item.actual_dtype = source->dtype();
  }
  report_->items.push_back(std::move(item));
  return report_->items.back();
}

void Matcher::match(const Slot& slot, const std::vector<Module::Upgrade>& upgrades) {
  const std::string_view key = prefix_;
  const Tensor* target = slot.entry().value.get();
  has_shared_ |= target->use_count() > 1;
  const bool is_refused = !refused_.empty() && refused_.contains(key);
  const size_t index = is_refused ? StateDict::Entries::kNotFound : find_entry(key);
  if (index != StateDict::Entries::kNotFound) {
    const StateEntry& entry = dict().entries()[index].value;
    if (entry.tensor) return match_tensor(slot, entry.tensor);
    add(Kind::not_a_tensor, key, target, nullptr).text =
        join("While copying the parameter named \"", printable(key, SIZE_MAX),
             "\", expected torch.Tensor or Tensor-like object from checkpoint but received ",
             python_type(*entry.value));
    return;
  }
  for (const Module::Upgrade& upgrade : upgrades) {
    if (upgrade.name != slot.entry().name) continue;
    add(Kind::defaulted, key, target, upgrade.value.get());
    return match_tensor(slot, upgrade.value);
  }
  add(Kind::missing, key, target, nullptr);
}

// A target without a shape takes that of its first source.
const Shape& Matcher::shape_to_be(const Tensor& target, const Tensor& source) const {
  if (!is_uninitialized(target)) return target.shape();
  for (const LoadMove& move : moves_) {
    if (move.target == &target) return move.source->shape();
  }
  return source.shape();
}

void Matcher::match_tensor(const Slot& slot, TensorRef source) {
  const std::string_view key = prefix_;
  Tensor& target = *slot.entry().value;
  if (is_uninitialized(*source) && !is_uninitialized(target)) {
    add(Kind::failed, key, &target, source.get()).text =
        join("While copying the parameter named \"", printable(key, SIZE_MAX),
             "\": ", kUninitializedText);
    return;
  }
  if (target.rank() == 0 && source->rank() == 1 && source->size(0) == 1) {
    source = alias(*source, view_select(source->layout(), 0, 0));
  }
  const TensorRef whole = source;
  TensorRef corner;
  if (source->shape() != shape_to_be(target, *source)) {
    const bool slice =
        source->rank() == target.rank() && policy_for(options_, key).slice_mismatched;
    add(slice ? Kind::sliced : Kind::shape_mismatch, key, &target, source.get()).text =
        mismatch_text(key, target, *source);
    if (!slice) return;
    corner = corner_of(target, source->shape());
    source = corner_of(*source, target.shape());
  }
  if (source->dtype() != target.dtype()) {
    LoadReport::Item& item = add(Kind::dtype_mismatch, key, &target, whole.get());
    if (report_->is_error(item)) {
      item.text = dtype_text(key, target, *source);
      return;
    }
  }
  bool staged = false;
  const bool assign = options_.assign && !corner;
  const std::string fault = assign ? assign_fault(target, *source)
                                   : copy_fault(corner ? *corner : target, *source, &staged);
  if (!fault.empty()) {
    add(Kind::failed, key, &target, whole.get()).text = failure_text(key, target, *whole, fault);
    return;
  }
  if (source->dtype() != target.dtype() && !assign) {
    const std::string warning = lost_imaginary(*source, target.dtype());
    if (!warning.empty()) {
      warnings_.push_back(join("load_state_dict: '", printable(key), "': ", warning));
    }
  }
  moves_.push_back({slot, &target, std::move(source), staged, std::move(corner)});
}

void Matcher::match_extra_state(Module& module) {
  const std::string key = join(prefix_, kExtraState);
  const size_t index = find_entry(key);
  if (index == StateDict::Entries::kNotFound) {
    add(Kind::missing, key, nullptr, nullptr);
    return;
  }
  const StateEntry& entry = dict().entries()[index].value;
  ValueRef state = entry.tensor ? Value::tensor(entry.tensor) : entry.value;
  extra_states_.push_back({ModuleRef(&module), std::move(state)});
}

std::string Matcher::assign_fault(const Tensor& target, const Tensor& source) const {
  if (!target.is_parameter() || !target.requires_grad()) return "";
  if (can_require_grad(source.dtype())) return "";
  return source.is_parameter()
             ? "only Tensors of floating point dtype can require gradients"
             : "Only Tensors of floating point and complex dtype can require gradients";
}

std::string Matcher::copy_fault(const Tensor& target, const Tensor& source, bool* staged) const {
  if (same_data(target, source)) return "";
  if (target.storage()->read_only()) return "the memory of the parameter is read-only";
  if (source.dtype() != target.dtype() && !kernels::can_convert(source.dtype(), target.dtype())) {
    return join("cannot convert torch.", dtype_name(source.dtype()), " to torch.",
                dtype_name(target.dtype()));
  }
  if (is_expanded(target)) {
    return "unsupported operation: more than one element of the written-to tensor refers to a "
           "single memory location. Please clone() the tensor before performing the operation.";
  }
  const Overlap overlap = overlap_of(target, source);
  *staged = overlap == Overlap::unknown;
  if (overlap != Overlap::partial) return "";
  return "unsupported operation: some elements of the input tensor and the written-to tensor refer "
         "to a single memory location. Please clone() the tensor before performing the operation.";
}

void Matcher::find_unexpected() {
  const size_t count = dict().entries().size();
  std::vector<size_t> ignored;
  for (size_t index :
       unexpected_entries(root_, dict(), matched_, added_, dotted_children_, ignored)) {
    if (index >= count) {
      const AddedKey& key = added_[index - count];
      add(Kind::unexpected, key.name, nullptr, key.value.get());
      continue;
    }
    const auto& [name, entry] = dict().entries()[index];
    add_unexpected(name, entry);
  }
  for (size_t index : ignored) {
    if (index >= count) continue;
    const auto& [name, entry] = dict().entries()[index];
    add(Kind::ignored, name, nullptr, entry.tensor.get());
  }
}

void Matcher::suggest() {
  if (report_->count(Kind::missing) == 0 || report_->count(Kind::unexpected) == 0) return;
  std::vector<std::string_view> fitting;
  for (size_t i = 0; i < matched_.size(); ++i) {
    if (matched_[i]) fitting.push_back(dict().entries()[i].name);
  }
  suggest_rename(*report_, fitting);
}

void Matcher::add_unexpected(const std::string& name, const StateEntry& entry) {
  if (refused_.contains(name) || adopt(name, entry)) return;
  add(Kind::unexpected, name, nullptr, entry.tensor.get());
}

// A name that two paths of one module give is taken once.
bool Matcher::adopt(std::string_view key, const StateEntry& entry) {
  const size_t name_start = key.rfind('.') + 1;  // 0 without a dot
  const auto found = placeholders_.find(std::string(key.substr(0, name_start)));
  const std::string_view name = key.substr(name_start);
  if (found == placeholders_.end() || !entry.tensor || name.empty()) return false;
  if (entry.kind == StateKind::extra_state || found->second->has_name(name)) return false;
  add(Kind::adopted, key, nullptr, entry.tensor.get());
  if (!adopted_.emplace(found->second, name).second) return true;
  adoptions_.push_back({found->second, std::string(name), entry.tensor, adopts_as_buffer(entry)});
  return true;
}

}  // namespace duramen::nn
