#include "nn/load.hpp"

#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

using Item = LoadReport::Item;

static_assert(DURAMEN_LOAD_MISSING == static_cast<int>(LoadReport::Kind::missing));
static_assert(DURAMEN_LOAD_ADOPTED == static_cast<int>(LoadReport::Kind::adopted));

nn::LoadOptions load_options(const duramen_load_options* options) {
  const auto given = read_options(options, "options");
  constexpr uint64_t kPolicy = DURAMEN_LOAD_ALLOW_MISSING | DURAMEN_LOAD_ALLOW_UNEXPECTED |
                               DURAMEN_LOAD_SKIP_MISMATCHED | DURAMEN_LOAD_REQUIRE_DTYPE |
                               DURAMEN_LOAD_ASSIGN | DURAMEN_LOAD_PARTIAL | DURAMEN_LOAD_ADOPT;
  const uint64_t policy = known_flags(given.policy, kPolicy, "policy");
  return {.allow_missing = (policy & DURAMEN_LOAD_ALLOW_MISSING) != 0,
          .allow_unexpected = (policy & DURAMEN_LOAD_ALLOW_UNEXPECTED) != 0,
          .skip_mismatched = (policy & DURAMEN_LOAD_SKIP_MISMATCHED) != 0,
          .require_dtype = (policy & DURAMEN_LOAD_REQUIRE_DTYPE) != 0,
          .assign = (policy & DURAMEN_LOAD_ASSIGN) != 0,
          .adopt = (policy & DURAMEN_LOAD_ADOPT) != 0,
          .partial = (policy & DURAMEN_LOAD_PARTIAL) != 0};
}

const Item* item_at(const duramen_load_report* report, size_t index) noexcept {
  const LoadReport* core = peek(report);
  return core && index < core->items.size() ? &core->items[index] : nullptr;
}

const int64_t* lend_shape(const Item* item, const Shape Item::*shape, size_t* rank) noexcept {
  if (rank) *rank = item ? (item->*shape).size() : 0;
  return item ? (item->*shape).data() : nullptr;
}

}  // namespace

duramen_status duramen_load_options_init(duramen_load_options* options, size_t struct_size,
                                         duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_module_load_state_dict(duramen_context* context, duramen_module* module,
                                              const duramen_state_dict* dict,
                                              const duramen_load_options* options,
                                              duramen_load_report** report,
                                              duramen_error** error) noexcept {
  clear(report);
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::Module& target = object(module, "module");
    const StateDict& source = object(dict, "dict");
    Ref<LoadReport> found = nn::load_state_dict(core, target, source, load_options(options));
    if (report) give(report, std::move(found));
  });
}

duramen_status duramen_module_match(const duramen_module* module, const duramen_state_dict* dict,
                                    const duramen_load_options* options, duramen_load_report** out,
                                    duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const nn::Module& target = object(module, "module");
    return nn::match_state_dict(target, object(dict, "dict"), load_options(options));
  });
}

const duramen_load_report* duramen_error_load_report(const duramen_error* error) noexcept {
  const ErrorRecord* record = peek(error);
  const Counted* payload = record ? record->payload.get() : nullptr;
  if (!payload || payload->tag() != LoadReport::kTag) return nullptr;
  return lend<const duramen_load_report>(payload);
}

uint64_t duramen_load_report_loaded(const duramen_load_report* report) noexcept {
  const LoadReport* core = peek(report);
  return core ? core->loaded : 0;
}

size_t duramen_load_report_count(const duramen_load_report* report, int32_t kind) noexcept {
  const LoadReport* core = peek(report);
  if (!core) return 0;
  return kind == 0 ? core->items.size() : core->count(static_cast<LoadReport::Kind>(kind));
}

int32_t duramen_load_report_kind(const duramen_load_report* report, size_t index) noexcept {
  const Item* item = item_at(report, index);
  return item ? static_cast<int32_t>(item->kind) : 0;
}

const char* duramen_load_report_name(const duramen_load_report* report, size_t index,
                                     size_t* length) noexcept {
  const Item* item = item_at(report, index);
  return lend_text(item ? &item->name : nullptr, length);
}

const char* duramen_load_report_text(const duramen_load_report* report, size_t index,
                                     size_t* length) noexcept {
  const Item* item = item_at(report, index);
  return lend_text(item ? &item->text : nullptr, length);
}

const char* duramen_load_report_nearest(const duramen_load_report* report, size_t index,
                                        size_t* length) noexcept {
  const Item* item = item_at(report, index);
  return lend_text(item ? &item->nearest : nullptr, length);
}

const int64_t* duramen_load_report_expected_shape(const duramen_load_report* report, size_t index,
                                                  size_t* rank) noexcept {
  return lend_shape(item_at(report, index), &Item::expected_shape, rank);
}

const int64_t* duramen_load_report_actual_shape(const duramen_load_report* report, size_t index,
                                                size_t* rank) noexcept {
  return lend_shape(item_at(report, index), &Item::actual_shape, rank);
}

duramen_dtype duramen_load_report_expected_dtype(const duramen_load_report* report,
                                                 size_t index) noexcept {
  const Item* item = item_at(report, index);
  return item ? static_cast<duramen_dtype>(item->expected_dtype) : DURAMEN_DTYPE_INVALID;
}

duramen_dtype duramen_load_report_actual_dtype(const duramen_load_report* report,
                                               size_t index) noexcept {
  const Item* item = item_at(report, index);
  return item ? static_cast<duramen_dtype>(item->actual_dtype) : DURAMEN_DTYPE_INVALID;
}

duramen_status duramen_load_report_torch_message(const duramen_load_report* report, uint32_t strict,
                                                 duramen_string** out,
                                                 duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return make<String>(object(report, "report").torch_message(strict != 0));
  });
}

duramen_load_report* duramen_load_report_retain(const duramen_load_report* report) noexcept {
  return retain(report);
}
void duramen_load_report_release(duramen_load_report* report) noexcept { release(report); }
