#include "optimizer_state.hpp"

#include <algorithm>
#include <array>

namespace cli {
namespace {

constexpr std::array<std::string_view, 8> kNames = {
    "optimizer", "optimizers", "optimizer_state_dict", "optimizer_states", "optimizer_state",
    "optim",     "opt_state",  "optim_state_dict"};

bool has_key(const duramen_value* dict, std::string_view key) {
  return duramen_value_find(dict, key.data(), key.size()) != nullptr;
}

bool is_state(const duramen_value* value) {
  return duramen_value_kind(value) == DURAMEN_VALUE_DICT && has_key(value, "state") &&
         has_key(value, "param_groups");
}

bool is_list_of_states(const duramen_value* value) {
  const int32_t kind = duramen_value_kind(value);
  const size_t count = duramen_value_count(value);
  if ((kind != DURAMEN_VALUE_LIST && kind != DURAMEN_VALUE_TUPLE) || count == 0) return false;
  for (size_t i = 0; i < count; ++i) {
    if (!is_state(duramen_value_item(value, i))) return false;
  }
  return true;
}

}  // namespace

bool is_optimizer_state(std::string_view path, const duramen_value* value) {
  return is_state(value) || is_list_of_states(value) ||
         std::find(kNames.begin(), kNames.end(), path) != kNames.end();
}

}  // namespace cli
