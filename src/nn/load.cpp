#include "nn/load.hpp"

#include <cstring>
#include <memory>
#include <unordered_map>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/adopt.hpp"
#include "nn/match.hpp"
#include "nn/traverse.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

using Kind = LoadReport::Kind;

Error load_error(const Ref<LoadReport>& report) {
  const LoadReport::Errors& errors = report->errors;
  return Error(Code::incompatible, join("load_state_dict: ", report->summary(errors)))
      .with("torch_error", "RuntimeError")
      .with("torch_message", report->torch_message(errors))
      .with_payload(report);
}

// Small tensors are most of the entries and a copy kernel's set-up most of their cost.
constexpr int64_t kSmallBytes = 64 << 10;

void copy_into(Context& context, Tensor& target, const Tensor& source) {
  const bool plain =
      target.dtype() == source.dtype() && target.is_contiguous() && source.is_contiguous();
  if (plain && target.nbytes() <= kSmallBytes) {
    std::memmove(target.mutable_bytes(), source.bytes(), static_cast<size_t>(target.nbytes()));
  } else {
    kernels::copy(context.pool(), target, source);
  }
}

// What may run out of memory comes before the first write.
std::vector<TensorRef> stages_for(Context& context, const std::vector<LoadMove>& moves) {
  std::vector<TensorRef> stages;
  for (const LoadMove& move : moves) {
    if (!move.staged) continue;
    stages.push_back(empty(context.allocator(), move.source->shape(), move.source->dtype()));
  }
  return stages;
}

// Memory for the targets that do not know their shape yet.
std::vector<std::pair<Tensor*, TensorRef>> shapes_for(Context& context,
                                                      const std::vector<LoadMove>& moves) {
  std::vector<std::pair<Tensor*, TensorRef>> out;
  for (const LoadMove& move : moves) {
    if (!is_uninitialized(*move.target) || is_uninitialized(*move.source)) continue;
    out.emplace_back(move.target,
                     empty(context.allocator(), move.source->shape(), move.target->dtype()));
  }
  return out;
}

// `only_corners`: what is no corner is put in place instead.
void commit_copies(Context& context, const std::vector<LoadMove>& moves, bool only_corners) {
  const std::vector<TensorRef> stages = stages_for(context, moves);
  std::vector<std::pair<Tensor*, TensorRef>> shaped;
  if (!only_corners) shaped = shapes_for(context, moves);
  const Uninterrupted change(context.cancel());
  for (const auto& [target, data] : shaped) target->set_data(*data);
  size_t next_stage = 0;
  for (const LoadMove& move : moves) {
    Tensor& target = move.corner ? *move.corner : *move.target;
    if (only_corners && !move.corner) continue;
    if (same_data(target, *move.source)) continue;
    const Tensor* source = move.source.get();
    if (move.staged) {
      Tensor& stage = *stages[next_stage++];
      kernels::copy(context.pool(), stage, *source);
      source = &stage;
    }
    copy_into(context, target, *source);
    target.storage()->bump_version();
  }
}

struct Replacement {
  Slot slot;
  TensorRef value;
  bool requires_grad;  // of a parameter's successor, the parameter's; else as it is
};

Replacement replacement_for(const LoadMove& move) {
  TensorRef value = move.source;
  const bool requires_grad =
      move.target->is_parameter() ? move.target->requires_grad() : value->requires_grad();
  if (move.target->is_parameter() && !value->is_parameter()) {
    value = make_parameter(*value, move.target->requires_grad());
  }
  return {move.slot, std::move(value), requires_grad};
}

// The replacements of a load with `assign`. Everything that may fail comes before commit(): a load
// that runs out of memory has replaced nothing.
class Assignments {
 public:
  Assignments(const Module& root, const std::vector<LoadMove>& moves) {
    in_place_.reserve(moves.size());
    for (const LoadMove& move : moves) {
      if (move.corner) continue;
      Replacement replacement = replacement_for(move);
      if (move.target->use_count() > 1) {
        tied_.insert_or_assign(move.target, std::move(replacement));
      } else {
        add(std::move(replacement));
      }
    }
    add_tied(root);
    for (const auto& [owner, count] : promoted_of_) owner->reserve_parameters(count);
  }

  void commit() noexcept {
    for (Replacement& replacement : in_place_) {
      const Slot& slot = replacement.slot;
      settle_flag(replacement);
      if (slot.is_buffer) {
        slot.owner->put_buffer_at(slot.index, std::move(replacement.value));
      } else {
        slot.owner->put_parameter_at(slot.index, std::move(replacement.value));
      }
    }
    for (Promotion& promotion : promotions_) {
      Replacement& replacement = promotion.replacement;
      settle_flag(replacement);
      replacement.slot.owner->put_parameter_for_buffer(std::move(promotion.name),
                                                       std::move(replacement.value));
    }
  }

 private:
  // A buffer whose name becomes a parameter's.
  struct Promotion {
    std::string name;
    Replacement replacement;
  };

  void add(Replacement replacement) {
    const Slot& slot = replacement.slot;
    if (!slot.is_buffer || !replacement.value->is_parameter()) {
      return in_place_.push_back(std::move(replacement));
    }
    const std::string& name = slot.entry().name;
    slot.owner->check_parameter_for_buffer(name, *replacement.value);
    ++promoted_of_[slot.owner];
    promotions_.push_back({name, std::move(replacement)});
  }

  // Names that held one object hold one object afterwards, the last one loaded, as a copy would
  // leave the last values; also names that the dict does not have.
  void add_tied(const Module& root) {
    if (tied_.empty()) return;
    std::string name;
    const auto add_slots = [&](Module& owner, const Module::Tensors& slots, bool is_buffer) {
      for (size_t i = 0; i < slots.size(); ++i) {
        const auto found = tied_.find(slots[i].value.get());
        if (found == tied_.end()) continue;
        add({{&owner, is_buffer, i}, found->second.value, found->second.requires_grad});
      }
    };
    traverse(
        root, name, {"load_state_dict", true, true, true},
        [&](Module& owner) {
          add_slots(owner, owner.parameters(), false);
          add_slots(owner, owner.buffers(), true);
        },
        [](Module&) {});
  }

  // Fails for nothing that was matched: a leaf, of a dtype that can require grad where it must.
  static void settle_flag(Replacement& replacement) {
    if (!replacement.value->is_parameter()) return;
    replacement.value->set_requires_grad(replacement.requires_grad);
  }

  std::vector<Replacement> in_place_;
  std::vector<Promotion> promotions_;
  std::unordered_map<Module*, size_t> promoted_of_;
  std::unordered_map<const Tensor*, Replacement> tied_;
};

void check(const Matcher& matcher) {
  const Ref<LoadReport>& report = matcher.report();
  if (report->has_errors(report->errors)) throw load_error(report);
}

void commit(Context& context, const Module& module, const Matcher& matcher,
            const LoadOptions& options) {
  AdoptedEntries adopted(context, matcher.adoptions(), matcher.moves(), options.assign);
  if (options.assign) {
    Assignments assignments(module, matcher.moves());
    commit_copies(context, matcher.moves(), true);
    assignments.commit();
  } else {
    commit_copies(context, matcher.moves(), false);
  }
  adopted.commit();
  for (const std::string& warning : matcher.warnings()) {
    context.log().write(LogLevel::warning, warning);
  }
}

// The dict under the names that the rules give it.
class RenamedDict {
 public:
  RenamedDict(const StateDict& dict, const RenameRules* rules) : dict_(dict) {
    if (rules) renaming_ = rename(dict, *rules);
  }
  const StateDict& dict() const noexcept { return renaming_.dict ? *renaming_.dict : dict_; }
  void report_to(LoadReport& report) const {
    for (const Renamed& renamed : renaming_.names) report.add_renamed(renamed);
  }

 private:
  const StateDict& dict_;
  Renaming renaming_;
};

}  // namespace

Ref<LoadReport> match_state_dict(const Module& module, const StateDict& dict,
                                 const LoadOptions& options) {
  const Ref<const Module> self(&module);  // hooks may release them
  const Ref<const StateDict> given(&dict);
  const RenamedDict renamed(dict, options.rename);
  const auto matcher = matched(module, renamed.dict(), options);
  renamed.report_to(*matcher->report());
  return matcher->report();
}

Ref<LoadReport> load_state_dict(Context& context, Module& module, const StateDict& dict,
                                const LoadOptions& options) {
  const ModuleRef self(&module);  // hooks and a class's own code may release them
  const Ref<const StateDict> given(&dict);
  const RenamedDict renamed(dict, options.rename);
  const auto match = [&] {
    auto matcher = matched(module, renamed.dict(), options);
    renamed.report_to(*matcher->report());
    if (!options.partial) check(*matcher);
    context.cancel().check("load_state_dict");
    return matcher;
  };
  auto matcher = match();
  const auto extra_states = matcher->extra_states();
  ExtraStateChange extra(context);
  if (!options.partial && !extra_states.empty()) {
    extra.apply(extra_states);
    if (!matcher->ran_hooks()) matcher = match();  // a class may have changed what it has
  }
  if (options.assign) matcher->run_registrations();
  if (matcher->ran_hooks()) matcher->check_unchanged();
  commit(context, module, *matcher, options);
  extra.keep();
  if (options.partial) {
    for (const auto& [owner, state] : extra_states) owner->set_extra_state(context, *state);
  }
  check(*matcher);
  return matcher->report();
}

}  // namespace duramen::nn
