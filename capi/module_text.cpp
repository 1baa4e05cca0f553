// Texts of module trees.
#include "handles.hpp"
#include "nn/build.hpp"
#include "nn/placeholder.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

std::vector<nn::AddedArguments> added_arguments(const duramen_value* arguments) {
  std::vector<nn::AddedArguments> out;
  const Value* dict = object_or_null(arguments, "arguments");
  if (!dict) return out;
  if (dict->kind() != ValueKind::dict) throw bad_argument("arguments", "not a dict");
  for (size_t i = 0; i < dict->count(); ++i) {
    const Value &place = *dict->key(i), &text = *dict->item(i);
    if (place.kind() != ValueKind::text || text.kind() != ValueKind::text) {
      throw bad_argument("arguments", "a dict of something else than texts");
    }
    out.push_back({place.as_text(), text.as_text()});
  }
  return out;
}

ValueRef unknown_dict(const nn::Module& root) {
  std::vector<ValueRef> paths;
  std::vector<ValueRef> classes;
  for (nn::UnknownModule& unknown : nn::unknown_modules(root)) {
    paths.push_back(Value::text(std::move(unknown.path)));
    classes.push_back(Value::text(std::move(unknown.class_name)));
  }
  return Value::dict(std::move(paths), std::move(classes));
}

}  // namespace

duramen_status duramen_text_options_init(duramen_text_options* options, size_t struct_size,
                                         duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_module_from_text_with(duramen_context* context, const char* text,
                                             size_t text_length,
                                             const duramen_text_options* options,
                                             duramen_module** out, duramen_value** unknown,
                                             duramen_error** error) noexcept {
  clear(unknown);
  return compute(error, __func__, context, out, [&](Context& core) {
    const auto given = read_options(options, "options");
    const uint64_t flags = known_flags(given.flags, DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS, "flags");
    const std::string_view view = text_argument(text, text_length, "text");
    std::vector<spec::NamedObject> named;
    if (const Scope* scope = object_or_null(given.scope, "scope")) named = scope->named();
    const auto arguments = added_arguments(given.arguments);
    nn::ModuleRef module = nn::module_from_text(core, view, {named, arguments, flags != 0});
    if (unknown) give(unknown, unknown_dict(*module));
    return module;
  });
}

duramen_status duramen_module_text(const duramen_module* module, duramen_string** out,
                                   duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<String>(nn::lossless_text(object(module, "module"))); });
}
