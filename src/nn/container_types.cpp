#include "nn/containers.hpp"
#include "nn/evaluate.hpp"
#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

Error content_error(const Expression& where, std::string_view message,
                    const char* torch_error = "TypeError") {
  return spec::error_at(where, Code::invalid_argument, message).with("torch_error", torch_error);
}

// None keeps its place. A name may be a class without its parentheses, which build.module says.
ModuleRef child_of(const BuildContext& build, const Expression& expression) {
  if (expression.form == Form::none) return nullptr;
  if (module_of(expression) || expression.form == Form::name) return build.module(expression);
  throw content_error(expression, join(torch_typename(expression), " is not a Module subclass"));
}

void add_pair(const BuildContext& build, Module& module, const Expression& key,
              const Expression& value) {
  ModuleRef child = child_of(build, value);
  if (key.form != Form::text) {
    throw content_error(key, join("module name should be a string. Got ", torch_typename(key)));
  }
  module.register_module(key.text, std::move(child));
}

void add_dict(const BuildContext& build, Module& module, const Expression& dict) {
  for (size_t i = 0; i < dict.items.size(); ++i) {
    add_pair(build, module, dict.keys[i], dict.items[i]);
  }
}

// ModuleDict.update with anything but a mapping.
void add_pairs(const BuildContext& build, Module& module, const Expression& pairs) {
  const std::optional<std::vector<Expression>> items = iterated(pairs);
  if (!items) {
    throw content_error(pairs, join("ModuleDict.update should be called with an iterable of "
                                    "key/value pairs, but got ",
                                    type_name(pairs)));
  }
  for (size_t i = 0; i < items->size(); ++i) {
    const std::string element = join("ModuleDict update sequence element #", i);
    const Expression& item = (*items)[i];
    const std::optional<std::vector<Expression>> pair = iterated(item);
    if (!pair) throw content_error(item, join(element, " should be Iterable; is", type_name(item)));
    if (pair->size() != 2) {
      throw content_error(item, join(element, " has length ", pair->size(), "; 2 is required"),
                          "ValueError");
    }
    add_pair(build, module, (*pair)[0], (*pair)[1]);
  }
}

constexpr spec::Parameter kSequentialParameters[] = {
    {"args", spec::kAny, "", "modules, named '0', '1', …; or one OrderedDict of named modules",
     false, true}};
constexpr spec::Parameter kModuleListParameters[] = {{"modules",
                                                      spec::kList | spec::kModule | spec::kNone,
                                                      "None", "the modules, named '0', '1', …"}};
constexpr spec::Parameter kModuleDictParameters[] = {
    {"modules", spec::kDict | spec::kList | spec::kModule | spec::kNone, "None",
     "a dict or a list of pairs: names and modules"}};

ModuleRef create_module(const BuildContext&, const spec::Arguments&) { return make<Module>(); }

ModuleRef create_sequential(const BuildContext& build, const spec::Arguments& arguments) {
  auto out = make<Sequential>();
  const auto& given = arguments.variadic();
  if (given.size() == 1 && is_ordered_dict(*given[0])) {
    add_dict(build, *out, *given[0]);
  } else {
    for (const Expression* item : given) out->append(child_of(build, *item));
  }
  return out;
}

ModuleRef create_module_list(const BuildContext& build, const spec::Arguments& arguments) {
  auto out = make<ModuleList>();
  if (arguments.is_none("modules")) return out;
  const Expression& modules = arguments["modules"];
  const std::optional<std::vector<Expression>> items = iterated(modules);
  if (!items) {
    throw content_error(
        modules,
        join("ModuleList.extend should be called with an iterable, but got ", type_name(modules)));
  }
  for (const Expression& item : *items) out->append(child_of(build, item));
  return out;
}

ModuleRef create_module_dict(const BuildContext& build, const spec::Arguments& arguments) {
  auto out = make<ModuleDict>();
  const Expression& modules = arguments["modules"];
  if (modules.form == Form::none) return out;
  if (modules.form == Form::dict) {
    add_dict(build, *out, modules);
  } else if (const auto* others = dynamic_cast<const ModuleDict*>(module_of(modules))) {
    out->update(others->children());
  } else {
    add_pairs(build, *out, modules);
  }
  return out;
}

}  // namespace

constinit const ModuleType kModuleType = {
    {"Module", {}, "An empty module: parameters, buffers and children are registered by name."},
    create_module};
constinit const ModuleType kSequentialType = {
    {"Sequential", kSequentialParameters, "Runs its modules one after the other."},
    create_sequential};
constinit const ModuleType kModuleListType = {
    {"ModuleList", kModuleListParameters, "Holds modules by position; has no forward."},
    create_module_list};
constinit const ModuleType kModuleDictType = {
    {"ModuleDict", kModuleDictParameters, "Holds modules by name; has no forward."},
    create_module_dict};

}  // namespace duramen::nn
