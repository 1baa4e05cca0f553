#include "nn/load.hpp"

#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

using Item = LoadReport::Item;

static_assert(DURAMEN_LOAD_ITEM_MISSING == static_cast<int>(LoadReport::Kind::missing));
static_assert(DURAMEN_LOAD_ITEM_SLICED == static_cast<int>(LoadReport::Kind::sliced));

constexpr uint64_t kPolicyByName = DURAMEN_LOAD_ALLOW_MISSING | DURAMEN_LOAD_ALLOW_UNEXPECTED |
                                   DURAMEN_LOAD_SKIP_MISMATCHED | DURAMEN_LOAD_REQUIRE_DTYPE |
                                   DURAMEN_LOAD_SLICE_MISMATCHED;
constexpr uint64_t kPolicy = kPolicyByName | DURAMEN_LOAD_ASSIGN | DURAMEN_LOAD_PARTIAL |
                             DURAMEN_LOAD_ADOPT | DURAMEN_LOAD_ALLOW_TIED;

nn::NamedPolicy named_policy(const duramen_load_policy* policy) {
  const auto given = read_options(policy, "policies");
  const uint64_t bits = known_flags(given.policy, kPolicyByName, "policies");
  const std::string_view pattern =
      name_argument(given.pattern, struct_length(given.pattern_length), "pattern");
  return {Glob(pattern),
          {.allow_missing = (bits & DURAMEN_LOAD_ALLOW_MISSING) != 0,
           .allow_unexpected = (bits & DURAMEN_LOAD_ALLOW_UNEXPECTED) != 0,
           .skip_mismatched = (bits & DURAMEN_LOAD_SKIP_MISMATCHED) != 0,
           .slice_mismatched = (bits & DURAMEN_LOAD_SLICE_MISMATCHED) != 0,
           .require_dtype = (bits & DURAMEN_LOAD_REQUIRE_DTYPE) != 0}};
}

// They lie as far apart as the first says that it is long.
std::vector<nn::NamedPolicy> named_policies(const duramen_load_policy* policies, uint64_t count) {
  std::vector<nn::NamedPolicy> out;
  if (count == 0) return out;
  const uint32_t stride = required(policies, "policies").struct_size;
  const auto* bytes = reinterpret_cast<const std::byte*>(policies);
  for (uint64_t i = 0; i < count; ++i) {
    const auto* policy = reinterpret_cast<const duramen_load_policy*>(bytes + i * stride);
    if (policy->struct_size != stride) {
      throw bad_argument("policies", join("struct_size differs between them (expected ", stride,
                                          ", got ", policy->struct_size, ")"));
    }
    out.push_back(named_policy(policy));
  }
  return out;
}

nn::LoadOptions load_options(const duramen_load_options* options) {
  const auto given = read_options(options, "options");
  const uint64_t policy = known_flags(given.policy, kPolicy, "policy");
  return {.allow_missing = (policy & DURAMEN_LOAD_ALLOW_MISSING) != 0,
          .allow_unexpected = (policy & DURAMEN_LOAD_ALLOW_UNEXPECTED) != 0,
          .skip_mismatched = (policy & DURAMEN_LOAD_SKIP_MISMATCHED) != 0,
          .require_dtype = (policy & DURAMEN_LOAD_REQUIRE_DTYPE) != 0,
          .assign = (policy & DURAMEN_LOAD_ASSIGN) != 0,
          .adopt = (policy & DURAMEN_LOAD_ADOPT) != 0,
          .partial = (policy & DURAMEN_LOAD_PARTIAL) != 0,
          .slice_mismatched = (policy & DURAMEN_LOAD_SLICE_MISMATCHED) != 0,
          .allow_tied = (policy & DURAMEN_LOAD_ALLOW_TIED) != 0,
          .named = named_policies(given.policies, given.policy_count),
          .rename = object_or_null(given.rename, "rename")};
}

const Item* item_at(const duramen_load_report* report, size_t index) noexcept {
  const LoadReport* core = peek(report);
  return core && index < core->items.size() ? &core->items[index] : nullptr;
}

const int64_t* lend_shape(const Item* item, const Shape Item::*shape, size_t* rank) noexcept {
  const size_t sizes = item ? (item->*shape).size() : 0;
  if (rank) *rank = sizes;
  return sizes ? (item->*shape).data() : nullptr;
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

duramen_status duramen_rename_rules_preview(const duramen_rename_rules* rules,
                                            const duramen_state_dict* dict,
                                            duramen_load_report** out,
                                            duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const RenameRules& core = object(rules, "rules");
    const StateDict& source = object(dict, "dict");
    auto report = make<LoadReport>("");
    for (const Renamed& renamed : rename(source, core).names) report->add_renamed(renamed);
    return report;
  });
}

const duramen_load_report* duramen_error_load_report(const duramen_error* error) noexcept {
  const ErrorRecord* record = peek(error);
  const Counted* payload = record ? record->payload.get() : nullptr;
  if (!payload || payload->tag() != LoadReport::kTag) return nullptr;
  return lend<const duramen_load_report>(payload);
}

size_t duramen_load_report_loaded(const duramen_load_report* report) noexcept {
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

uint32_t duramen_load_report_is_error(const duramen_load_report* report, size_t index) noexcept {
  const Item* item = item_at(report, index);
  return item && peek(report)->is_error(*item);
}

const char* duramen_load_report_origin(const duramen_load_report* report, size_t index,
                                       size_t* length) noexcept {
  const Item* item = item_at(report, index);
  return lend_text(item ? &item->origin : nullptr, length);
}

const char* duramen_load_report_rule(const duramen_load_report* report, size_t index,
                                     size_t* length) noexcept {
  const Item* item = item_at(report, index);
  return lend_text(item ? &item->rule : nullptr, length);
}

const char* duramen_load_report_suggestion(const duramen_load_report* report,
                                           size_t* length) noexcept {
  const LoadReport* core = peek(report);
  return lend_text(core ? &core->suggestion.rule : nullptr, length);
}

size_t duramen_load_report_suggestion_count(const duramen_load_report* report) noexcept {
  const LoadReport* core = peek(report);
  return core ? core->suggestion.fitting : 0;
}

duramen_status duramen_load_report_describe(const duramen_load_report* report, size_t most,
                                            duramen_string** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<String>(object(report, "report").text(most)); });
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
