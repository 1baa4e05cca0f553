#include "nn/blend.hpp"

#include <optional>
#include <unordered_map>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "kernels/lerp.hpp"
#include "nn/match.hpp"
#include "nn/memory_ranges.hpp"
#include "nn/walk.hpp"

namespace duramen::nn {
namespace {

using Kind = LoadReport::Kind;

struct Named {
  std::string name;
  TensorRef tensor;
};

std::vector<Named> tensors_of(const Module& root, const NameFilter& names, bool buffers) {
  std::vector<Named> out;
  WalkOptions every_name;
  every_name.remove_duplicate = false;
  const auto add = [&](std::string_view name, const TensorRef& tensor, Module&, bool) {
    if (names.wants(name)) out.push_back({std::string(name), tensor});
  };
  if (buffers) {
    visit_buffers(root, every_name, add);
  } else {
    visit_parameters(root, every_name, add);
  }
  return out;
}

// Trees of one structure list the same names in the same order, so searching is the exception.
class Finder {
  auto name_at() const noexcept {
    return [this](size_t i) -> std::string_view { return among_[i].name; };
  }

 public:
  explicit Finder(const std::vector<Named>& among) noexcept : among_(among) {}

  const Named* find(std::string_view name) {
    if (next_ >= among_.size() || among_[next_].name != name) {
      const size_t found = index().find(name, name_at());
      if (found == NameIndex::kNotFound) return nullptr;
      next_ = found;
    }
    return &among_[next_++];
  }

 private:
  NameIndex& index() {
    if (!index_) {
      index_.emplace();
      index_->reserve(among_.size());
      for (size_t i = 0; i < among_.size(); ++i) index_->insert(i, name_at());
    }
    return *index_;
  }

  const std::vector<Named>& among_;
  std::optional<NameIndex> index_;
  size_t next_ = 0;
};

std::string item_text(const LoadReport::Item& item) {
  const std::string name = join("'", printable(item.name), "' ");
  const auto sides = [&](const char* what, std::string_view expected, std::string_view actual) {
    return join(name, "has another ", what, " (expected ", expected, ", got ", actual, ")");
  };
  switch (item.kind) {
    case Kind::missing:
      return name + "is not in the source";
    case Kind::unexpected:
      return name + "is in the source only";
    case Kind::shape_mismatch:
      return sides("shape", format_shape(item.expected_shape), format_shape(item.actual_shape));
    case Kind::dtype_mismatch:
      return sides("dtype", dtype_name(item.expected_dtype), dtype_name(item.actual_dtype));
    default:
      return item.text;
  }
}

std::string misfit_text(const LoadReport& report) {
  std::string text = join("the trees do not fit each other: ", item_text(report.items[0]));
  if (report.items.size() > 1) text += join(", and ", report.items.size() - 1, " more");
  return text;
}

class Blend {
 public:
  Blend(Context& context, const char* operation, std::optional<double> weight,
        const BlendOptions& options)
      : context_(context), operation_(operation), weight_(weight), options_(options) {}

  void run(Module& target, const Module& source) {
    report_ = make<LoadReport>(target.class_name());
    pair(target, source, false);
    if (options_.buffers != BufferMode::skip) pair(target, source, true);
    if (!report_->items.empty()) {
      throw Error(Code::incompatible, join(operation_, ": ", misfit_text(*report_)))
          .with("torch_error", "RuntimeError")
          .with_payload(report_);
    }
    context_.cancel().check(operation_);
    make_stages();
    commit();
  }

 private:
  struct Step {
    TensorRef target;
    TensorRef source;
    bool interpolates;
    TensorRef stage;  // the result, where writing in place would change what is still to be read
  };

  void pair(Module& target, const Module& source, bool buffers) {
    const std::vector<Named> ours = tensors_of(target, options_.names, buffers);
    const std::vector<Named> theirs = tensors_of(source, options_.names, buffers);
    const bool interpolates = weight_ && (!buffers || options_.buffers == BufferMode::lerp);
    Finder counterparts(theirs);
    size_t found = 0;
    for (const Named& one : ours) {
      const Named* other = counterparts.find(one.name);
      if (!other) {
        add(Kind::missing, one.name, one.tensor.get(), nullptr);
        continue;
      }
      ++found;
      check(one.name, one.tensor, other->tensor, interpolates);
    }
    if (found < theirs.size()) add_unexpected(ours, theirs);
  }
  void add_unexpected(const std::vector<Named>& ours, const std::vector<Named>& theirs) {
    Finder counterparts(ours);
    for (const Named& other : theirs) {
      if (!counterparts.find(other.name)) {
        add(Kind::unexpected, other.name, nullptr, other.tensor.get());
      }
    }
  }

  void check(const std::string& name, const TensorRef& target, const TensorRef& source,
             bool interpolates) {
    if (target->shape() != source->shape()) {
      return add(Kind::shape_mismatch, name, target.get(), source.get());
    }
    if (target->dtype() != source->dtype()) {
      return add(Kind::dtype_mismatch, name, target.get(), source.get());
    }
    if (target->use_count() > 2) {  // held by its slot, by the list, and by something else
      const auto [met, is_new] = met_.emplace(target.get(), source.get());
      if (!is_new && same_data(*met->second, *source)) return;
      if (!is_new) {
        return fail(name, *target, *source,
                    "has two names here, and two different tensors in the source");
      }
    }
    if (same_data(*target, *source)) return;
    if (target->storage()->read_only()) {
      return fail(name, *target, *source, "has read-only memory");
    }
    if (may_overlap_itself(target->layout())) {
      return fail(name, *target, *source, "has elements that share memory with each other");
    }
    if (itemsize(target->dtype()) == 0 && !(target->is_contiguous() && source->is_contiguous())) {
      return fail(name, *target, *source, "is a strided view of packed elements");
    }
    steps_.push_back(
        {target, source, interpolates && kernels::can_update(target->dtype()), nullptr});
  }

  void fail(const std::string& name, const Tensor& target, const Tensor& source, const char* what) {
    add(Kind::failed, name, &target, &source);
    report_->items.back().text = join("'", printable(name), "' ", what);
  }
  void add(Kind kind, const std::string& name, const Tensor* target, const Tensor* source) {
    LoadReport::Item item;
    item.kind = kind;
    item.name = name;
    if (target) {
      item.expected_shape = target->shape();
      item.expected_dtype = target->dtype();
    }
    if (source) {
      item.actual_shape = source->shape();
      item.actual_dtype = source->dtype();
    }
    report_->items.push_back(std::move(item));
  }

  // What may run out of memory or be cancelled comes before the first write.
  void make_stages() {
    MemoryRanges targets, sources;
    for (size_t i = 0; i < steps_.size(); ++i) {
      targets.add(*steps_[i].target, i);
      sources.add(*steps_[i].source, i);
    }
    std::vector<size_t> staged = sources.meeting(targets);
    if (weight_) {
      for (const size_t i : targets.overlapping()) staged.push_back(i);
    }
    for (const size_t i : staged) {
      Step& step = steps_[i];
      if (step.stage) continue;
      step.stage = empty(context_.allocator(), step.target->shape(), step.target->dtype());
      kernels::copy(context_.pool(), *step.stage, step.interpolates ? *step.target : *step.source);
      if (step.interpolates) {
        kernels::lerp(context_.pool(), *step.stage, *step.source, *weight_);
      }
    }
  }
  void commit() {
    const Uninterrupted change(context_.cancel());
    for (const Step& step : steps_) {
      if (step.stage || !step.interpolates) {
        kernels::copy(context_.pool(), *step.target, step.stage ? *step.stage : *step.source);
      } else {
        kernels::lerp(context_.pool(), *step.target, *step.source, *weight_);
      }
      step.target->storage()->bump_version();
    }
  }

  Context& context_;
  const char* operation_;
  std::optional<double> weight_;  // none: everything is copied
  const BlendOptions& options_;
  Ref<LoadReport> report_;
  std::vector<Step> steps_;
  std::unordered_map<const Tensor*, const Tensor*> met_;
};

}  // namespace

void copy_from(Context& context, Module& target, const Module& source,
               const BlendOptions& options) {
  Blend(context, "copy_from", std::nullopt, options).run(target, source);
}

void lerp(Context& context, Module& target, const Module& source, double weight,
          const BlendOptions& options) {
  Blend(context, "lerp", weight, options).run(target, source);
}

}  // namespace duramen::nn
