#include "handles.hpp"
#include "options.hpp"
#include "state/digest.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

static_assert(DURAMEN_DIFF_ONLY_A == int{nn::Diff::only_a});
static_assert(DURAMEN_DIFF_ELEMENTS == int{nn::Diff::elements});

}  // namespace

namespace duramen::capi {

DiffResult::DiffResult(Ref<nn::Diff> diff) : Counted(kTag), diff_(std::move(diff)) {
  entries_.reserve(diff_->items.size());
  const auto shape_of = [](const nn::Diff::Side& side) {
    return side.shape.size() > 0 ? side.shape.data() : nullptr;
  };
  for (const nn::Diff::Item& item : diff_->items) {
    duramen_difference entry{};
    entry.name = item.name.c_str();
    entry.name_length = item.name.size();
    entry.what = item.what;
    entry.has_distance = item.has_distance;
    entry.a_dtype = static_cast<duramen_dtype>(item.a.dtype);
    entry.b_dtype = static_cast<duramen_dtype>(item.b.dtype);
    entry.a_rank = static_cast<uint32_t>(item.a.shape.size());
    entry.b_rank = static_cast<uint32_t>(item.b.shape.size());
    entry.a_shape = shape_of(item.a);
    entry.b_shape = shape_of(item.b);
    entry.different = item.different;
    entry.a_nan_count = item.a.nan_count;
    entry.b_nan_count = item.b.nan_count;
    entry.nan_in_one = item.nan_in_one;
    entry.distance = item.distance;
    entries_.push_back(entry);
  }
}

}  // namespace duramen::capi

duramen_status duramen_state_dict_diff(duramen_context* context, const duramen_state_dict* a,
                                       const duramen_state_dict* b,
                                       const duramen_list_options* options, duramen_diff** out,
                                       duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const ListOptions chosen = state_dict_list_options(options);
    const auto wanted = [&](std::string_view name, const StateEntry& entry) {
      return wants_entry(chosen, name, entry);
    };
    return make<DiffResult>(nn::diff(object(a, "a"), object(b, "b"), wanted, core.cancel()));
  });
}

const duramen_difference* duramen_diff_entries(const duramen_diff* diff, size_t* count,
                                               size_t* stride) noexcept {
  const DiffResult* core = peek(diff);
  return lend_entries(core ? &core->entries() : nullptr, count, stride);
}

size_t duramen_diff_equal_count(const duramen_diff* diff) noexcept {
  const DiffResult* core = peek(diff);
  return core ? core->diff().equal_count : 0;
}

duramen_status duramen_diff_json(const duramen_diff* diff, duramen_string** out,
                                 duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<String>(nn::to_json(object(diff, "diff").diff())); });
}

duramen_diff* duramen_diff_retain(const duramen_diff* diff) noexcept { return retain(diff); }
void duramen_diff_release(duramen_diff* diff) noexcept { release(diff); }

duramen_status duramen_state_dict_digest(duramen_context* context, const duramen_state_dict* dict,
                                         const duramen_list_options* options, duramen_string** out,
                                         duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const ListOptions chosen = state_dict_list_options(options);
    const auto wanted = [&](std::string_view name, const StateEntry& entry) {
      return wants_entry(chosen, name, entry);
    };
    return make<String>(digest(object(dict, "dict"), wanted, core.cancel()));
  });
}
