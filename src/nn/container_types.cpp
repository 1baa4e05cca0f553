#include "nn/containers.hpp"
#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

Error content_error(const Expression& where, std::string_view message) {
  return spec::error_at(where, Code::invalid_argument, message).with("torch_error", "TypeError");
}

// None keeps its place.
ModuleRef child_of(const BuildContext& build, const Expression& expression) {
  return expression.form == Form::none ? ModuleRef() : build.module(expression);
}

void add_pair(const BuildContext& build, Module& module, const Expression& key,
              const Expression& value) {
  if (key.form != Form::text) throw content_error(key, "module name should be a string");
  module.register_module(key.text, child_of(build, value));
}

void add_pairs(const BuildContext& build, Module& module, const Expression& pairs) {
  for (const Expression& pair : pairs.items) {
    const bool sequence = pair.form == Form::list || pair.form == Form::tuple;
    if (!sequence || pair.items.size() != 2) {
      throw content_error(pair,
                          join(module.class_name(), ": expected pairs of a name and a module, got ",
                               printable(spec::format(pair), 60)));
    }
    add_pair(build, module, pair.items[0], pair.items[1]);
  }
}

// {'a': …}, a list of pairs, OrderedDict(either), OrderedDict(a=…), dict(…).
void add_mapping(const BuildContext& build, Module& module, const Expression& mapping) {
  if (mapping.form == Form::dict) {
    for (size_t i = 0; i < mapping.items.size(); ++i) {
      add_pair(build, module, mapping.keys[i], mapping.items[i]);
    }
  } else if (mapping.form == Form::call) {
    for (const Expression& item : mapping.items) add_mapping(build, module, item);
    for (const auto& [name, value] : mapping.keywords) {
      module.register_module(name, child_of(build, value));
    }
  } else {
    add_pairs(build, module, mapping);
  }
}

bool is_ordered_dict(const Expression& expression) {
  return expression.form == Form::call && expression.text == "OrderedDict";
}

constexpr spec::Parameter kSequentialParameters[] = {
    {"args", spec::kAny, "", "modules, named '0', '1', …; or one OrderedDict of named modules",
     false, true}};
constexpr spec::Parameter kModuleListParameters[] = {
    {"modules", spec::kList | spec::kNone, "None", "the modules, named '0', '1', …"}};
constexpr spec::Parameter kModuleDictParameters[] = {
    {"modules", spec::kDict | spec::kList | spec::kNone, "None",
     "a dict or a list of pairs: names and modules"}};

ModuleRef create_module(const BuildContext&, const spec::Arguments&) { return make<Module>(); }

ModuleRef create_sequential(const BuildContext& build, const spec::Arguments& arguments) {
  auto out = make<Sequential>();
  const auto& given = arguments.variadic();
  if (given.size() == 1 && is_ordered_dict(*given[0])) {
    add_mapping(build, *out, *given[0]);
  } else {
    for (const Expression* item : given) out->append(child_of(build, *item));
  }
  return out;
}

ModuleRef create_module_list(const BuildContext& build, const spec::Arguments& arguments) {
  auto out = make<ModuleList>();
  for (const Expression& item : arguments["modules"].items) out->append(child_of(build, item));
  return out;
}

ModuleRef create_module_dict(const BuildContext& build, const spec::Arguments& arguments) {
  auto out = make<ModuleDict>();
  if (!arguments.is_none("modules")) add_mapping(build, *out, arguments["modules"]);
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
