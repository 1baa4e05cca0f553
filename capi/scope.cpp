#include "scope.hpp"

#include "base/text.hpp"
#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

bool is_identifier(std::string_view name) noexcept {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  if (name.empty() || kLetters.find(name[0]) == name.npos) return false;
  for (const char c : name) {
    if (kLetters.find(c) == name.npos && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

void set(duramen_scope* scope, const char* name, size_t name_length, Ref<Counted> target) {
  Scope& core = object(scope, "scope");
  const std::string_view key = name_argument(name, name_length, "name");
  if (!is_identifier(key)) {
    throw bad_argument("name", join("not an identifier: '", printable(key, 60), "'"));
  }
  core.objects.set(key, std::move(target));
}

}  // namespace

duramen_status duramen_scope_create(duramen_scope** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return make<Scope>(); });
}

duramen_status duramen_scope_set_tensor(duramen_scope* scope, const char* name, size_t name_length,
                                        duramen_tensor* tensor, duramen_error** error) noexcept {
  return guard(error, __func__, [&] { set(scope, name, name_length, ref(tensor, "tensor")); });
}

duramen_status duramen_scope_set_module(duramen_scope* scope, const char* name, size_t name_length,
                                        duramen_module* module, duramen_error** error) noexcept {
  return guard(error, __func__, [&] { set(scope, name, name_length, ref(module, "module")); });
}

duramen_scope* duramen_scope_retain(duramen_scope* scope) noexcept { return retain(scope); }
void duramen_scope_release(duramen_scope* scope) noexcept { release(scope); }
