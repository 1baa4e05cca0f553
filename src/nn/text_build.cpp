#include "nn/text_build.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "nn/evaluate.hpp"
#include "nn/layer.hpp"
#include "nn/parametrize.hpp"
#include "nn/placeholder.hpp"
#include "nn/tensor_functions.hpp"
#include "nn/traverse.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

Error text_error(const Expression& where, std::string_view message, Code code) {
  return spec::error_at(where, code, message);
}
Error text_error(const Expression& where, std::string_view message) {
  return text_error(where, message, Code::invalid_argument);
}

void check_name(const Expression& where, std::string_view name) {
  if (is_utf8(name) && name.find('\0') == name.npos) return;
  throw text_error(
      where, join("text: the name '", printable(name, 60), "' must be UTF-8 without a NUL byte"))
      .with("argument", "name");
}

const spec::Parameter* parameter_of(const spec::Signature& signature, std::string_view name) {
  for (const spec::Parameter& parameter : signature.parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

// ---- Old spellings ----

// "ReLU(inplace)" is how a flag was shown that is set.
void spell_flags(const spec::Signature& signature, Expression& call) {
  const auto is_flag = [&](const Expression& item) {
    if (item.form != Form::name) return false;
    const spec::Parameter* parameter = parameter_of(signature, item.text);
    return parameter && (parameter->kinds & spec::kBool);
  };
  while (!call.items.empty() && is_flag(call.items.back())) {
    Expression flag = std::move(call.items.back());
    call.items.pop_back();
    std::string name = std::move(flag.text);
    flag.text.clear();
    flag.form = Form::boolean;
    flag.boolean = true;
    call.keywords.emplace_back(std::move(name), std::move(flag));
  }
}

// Also the mode that UpsamplingNearest2d and its like print, and do not take.
void spell_keywords(const spec::Signature& signature, Expression& call) {
  if (signature.name.starts_with("Upsampling")) {
    std::erase_if(call.keywords,
                  [](const spec::Keyword& keyword) { return keyword.name == "mode"; });
  }
  for (spec::Keyword& keyword : call.keywords) {
    if (keyword.name != "size" || parameter_of(signature, "size")) continue;
    if (parameter_of(signature, "kernel_size")) keyword.name = "kernel_size";
  }
}

bool is_shown_tensor(const spec::Keyword& child) {
  return child.value.form == Form::call && is_tensor_function(child.value);
}

// The lines of a ParameterList or a ParameterDict are the argument that it was made of.
void take_tensors(const BuildContext& build, const spec::Signature& signature, Expression& call) {
  const auto& children = call.children;
  const bool are_tensors = !children.empty() && call.items.empty() && call.keywords.empty() &&
                           std::all_of(children.begin(), children.end(), is_shown_tensor);
  if (!are_tensors || signature.parameters.empty()) return;
  const bool is_dict = signature.name.ends_with("Dict");
  Expression content;
  content.form = is_dict ? Form::dict : Form::list;
  if (is_dict) content.text = "OrderedDict";
  content.column = call.column;
  for (auto& [name, value] : call.children) {
    Expression key;
    key.form = Form::text;
    key.column = value.column;
    key.text = name;
    if (is_dict) content.keys.push_back(std::move(key));
    build.evaluate(value);
    content.items.push_back(std::move(value));
  }
  call.children.clear();
  call.items.push_back(std::move(content));
}

void set_columns(Expression& expression, uint32_t column) {
  expression.column = column;
  for (Expression& item : expression.items) set_columns(item, column);
  for (Expression& key : expression.keys) set_columns(key, column);
  for (auto& [name, value] : expression.keywords) set_columns(value, column);
}

// The name of a level and its dot, for as long as it lasts.
class Level {
 public:
  Level(std::string& path, std::string_view name) : path_(path), size_(path.size()) {
    if (!path_.empty()) path_ += '.';
    path_ += name;
  }
  ~Level() { path_.resize(size_); }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  std::string& path_;
  size_t size_;
};

}  // namespace

void TextBuild::complete(const BuildContext& build, const ModuleType& type, Expression& call) {
  const spec::Signature& signature = type.signature;
  spell_flags(signature, call);
  if (!path_.empty()) spell_keywords(signature, call);
  take_tensors(build, signature, call);
  if (!options_.arguments.empty()) {
    add_arguments(build, call, path_);
    add_arguments(build, call, call.text);
  }
  if (type.rules.read_printed) type.rules.read_printed(signature, call);
}

void TextBuild::add_arguments(const BuildContext& build, Expression& call, std::string_view place) {
  places_.emplace_back(place);
  for (size_t i = 0; i < used_.size(); ++i) {
    const AddedArguments& added = options_.arguments[i];
    if (added.place != place) continue;
    used_[i] = true;
    Expression given = spec::parse(join("dict(", added.text, ")"), options_.objects);
    if (given.form != Form::call || !given.items.empty()) {
      throw text_error(call, join("arguments for '", printable(place, 60),
                                  "': expected keyword arguments such as num_heads=8, got ",
                                  printable(added.text, 60)))
          .with("argument", "arguments");
    }
    for (auto& [name, value] : given.keywords) {
      set_columns(value, call.column);
      build.evaluate(value);
      call.keywords.emplace_back(name, std::move(value));
    }
  }
}

// ---- Children ----

void TextBuild::add_child(const BuildContext& build, Module& module, Module::Children& children,
                          std::string_view name, Expression value) {
  const Level level(path_, name);
  build.evaluate(value);
  check_name(value, name);
  const bool is_taken = children.contains(name) || module.parameters().contains(name) ||
                        module.buffers().contains(name) || module.plain_attributes().contains(name);
  if (is_taken) {
    throw text_error(value,
                     join("text: ", printable(module.class_name(), 60), " has two entries called '",
                          printable(name, 60), "'"),
                     Code::already_exists)
        .with("path", path_);
  }
  const bool is_tensor = value.form == Form::object && !module_of(value);
  if (is_tensor && placeholder_of(module)) {
    const TensorRef tensor = build.tensor(value);
    if (tensor->is_parameter()) module.put_parameter(name, tensor);
    return;
  }
  children.append(std::string(name), value.form == Form::none ? ModuleRef() : build.module(value));
}

void TextBuild::add_children(const BuildContext& build, Module& module, Expression& call) {
  if (call.children.empty()) return;
  Module::Children children;
  for (auto& [name, value] : call.children) {
    for (uint32_t i = 1; i < value.repeat; ++i) {
      const int64_t first = parse_int(name).value_or(0);
      Expression copy = value;
      copy.repeat = 1;
      add_child(build, module, children, std::to_string(first + i - 1), std::move(copy));
    }
    const std::string last =
        value.repeat == 1 ? name : std::to_string(parse_int(name).value_or(0) + value.repeat - 1);
    add_child(build, module, children, last, std::move(value));
  }
  module.put_children(std::move(children));
}

// ---- Attributes ----

namespace {

constexpr std::string_view kAttributes[] = {"training", "utils",     "frozen", "parameters",
                                            "buffers",  "transient", "plain"};

Error unknown_attribute(const spec::Keyword& attribute) {
  const std::string_view nearest = nearest_word(attribute.name, kAttributes);
  Error error =
      text_error(attribute.value,
                 join("text: no attribute of a module is called '", printable(attribute.name, 60),
                      "'", nearest.empty() ? "" : join(" (did you mean '", nearest, "'?)")));
  error.with("argument", attribute.name);
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  return error;
}

std::vector<std::string> names_of(const Expression& list) {
  std::vector<std::string> names;
  const bool is_list = list.form == Form::list || list.form == Form::tuple;
  for (const Expression& item : list.items) {
    if (is_list && item.form == Form::text) names.push_back(item.text);
  }
  if (is_list && names.size() == list.items.size()) return names;
  throw text_error(list,
                   join("text: expected a list of names, got ", printable(spec::format(list), 60)))
      .with("expected", "a list of names");
}

void check_once(const Expression& where, const Module::Slots& slots, const Module& module) {
  const auto clash = [&](std::string_view name) {
    throw text_error(where,
                     join("text: ", printable(module.class_name(), 60), " has two entries called '",
                          printable(name, 60), "'"),
                     Code::already_exists);
  };
  for (const auto& [name, value] : slots.parameters) {
    if (slots.buffers.contains(name) || slots.plain.contains(name)) clash(name);
  }
  for (const auto& [name, value] : slots.buffers) {
    if (slots.plain.contains(name)) clash(name);
  }
  for (const auto& [name, child] : module.children()) {
    const bool is_taken = slots.parameters.contains(name) || slots.buffers.contains(name);
    if (is_taken || slots.plain.contains(name)) clash(name);
  }
}

void freeze(const Module::Tensors& parameters, const Expression& names) {
  for (const std::string& name : names_of(names)) {
    const TensorRef* found = parameters.find(name);
    if (!found || !*found) {
      throw text_error(names, join("text: there is no parameter '", printable(name, 60), "'"),
                       Code::not_found)
          .with("path", name);
    }
    (*found)->set_requires_grad(false);
  }
}

// "utils={'weight': 'weight_norm(dim=1)'}".
void add_utils(const BuildContext& build, Module& module, const Expression& call) {
  for (const auto& [name, dict] : call.attributes) {
    if (name != "utils") continue;
    const auto is_text = [](const Expression& one) { return one.form == Form::text; };
    if (dict.form != Form::dict || !std::all_of(dict.keys.begin(), dict.keys.end(), is_text) ||
        !std::all_of(dict.items.begin(), dict.items.end(), is_text)) {
      throw text_error(
          dict, join("text: expected a dict of texts, got ", printable(spec::format(dict), 60)))
          .with("expected", "a dict of texts");
    }
    for (size_t i = 0; i < dict.items.size(); ++i) {
      parametrize(build.context, module, dict.keys[i].text, join("utils.", dict.items[i].text));
    }
  }
}

}  // namespace

// "{'weight': @1, 'bias': ...}": three dots are what the constructor made.
Module::Tensors TextBuild::tensors_of(const BuildContext& build, const Module::Tensors& own,
                                      Expression& dict) {
  if (dict.form != Form::dict) {
    throw text_error(
        dict, join("text: expected a dict of tensors, got ", printable(spec::format(dict), 60)))
        .with("expected", "a dict of tensors");
  }
  Module::Tensors out;
  for (size_t i = 0; i < dict.items.size(); ++i) {
    const Expression& key = dict.keys[i];
    Expression& value = dict.items[i];
    if (key.form != Form::text) throw text_error(key, "text: the name of a tensor is a text");
    check_name(key, key.text);
    if (out.contains(key.text)) {
      throw text_error(key, join("text: '", printable(key.text, 60), "' is there twice"),
                       Code::already_exists);
    }
    const bool is_own = value.form == Form::name && value.text == "...";
    if (!is_own) build.evaluate(value);
    const TensorRef* held = is_own ? own.find(key.text) : nullptr;
    if (is_own && !held) {
      throw text_error(value,
                       join("text: the constructor makes no '", printable(key.text, 60), "'"),
                       Code::not_found)
          .with("path", key.text);
    }
    const bool is_none = value.form == Form::none;
    TensorRef tensor = held ? *held : is_none ? TensorRef() : build.tensor(value);
    if (is_own && value.definition && tensor) {
      Expression object = value;
      object.form = Form::object;
      object.object = tensor;
      define(value, value.definition, object);
    }
    out.append(key.text, std::move(tensor));
  }
  return out;
}

void TextBuild::read(const BuildContext& build, const ModuleRef& module, spec::Keyword& attribute,
                     Module::Slots& slots) {
  auto& [name, value] = attribute;
  if (name == "parameters") {
    slots.parameters = tensors_of(build, module->parameters(), value);
    for (const auto& [key, tensor] : slots.parameters) {
      if (!tensor || (tensor->is_parameter() && tensor->is_leaf())) continue;
      throw text_error(value, join("text: '", printable(key, 60), "' is not a Parameter"))
          .with("torch_error", "TypeError");
    }
  } else if (name == "buffers") {
    slots.buffers = tensors_of(build, module->buffers(), value);
    slots.non_persistent.clear();
  } else if (name == "plain") {
    slots.plain = tensors_of(build, module->plain_attributes(), value);
  } else if (name == "transient") {
    slots.non_persistent = names_of(value);
  } else if (name == "utils") {  // done before
  } else if (name == "frozen") {
    freeze(slots.parameters, value);
  } else if (name == "training") {
    if (value.form != Form::boolean) throw text_error(value, "text: training is True or False");
    training_[module.get()] = {module, value.boolean};
  } else {
    throw unknown_attribute(attribute);
  }
}

void TextBuild::set_attributes(const BuildContext& build, const ModuleRef& module,
                               Expression& call) {
  if (call.attributes.empty()) return;
  add_utils(build, *module, call);
  Module::Slots slots{module->parameters(), module->buffers(), module->plain_attributes(), {}};
  for (const auto& [name, value] : slots.buffers) {
    if (!module->is_persistent(name)) slots.non_persistent.push_back(name);
  }
  for (spec::Keyword& attribute : call.attributes) read(build, module, attribute, slots);
  check_once(call, slots, *module);
  module->put_slots(std::move(slots));
}

// ---- @N ----

void TextBuild::define(const Expression& where, uint32_t number, const Expression& value) {
  if (value.form != Form::object) {
    throw text_error(where, join("text: @", number, " is neither a module nor a tensor"));
  }
  if (defined_.emplace(number, value).second) return;
  throw text_error(where, join("text: @", number, " is defined twice"), Code::already_exists);
}

Expression TextBuild::reference(const Expression& name) const {
  const std::optional<int64_t> number = parse_int(std::string_view(name.text).substr(1));
  const auto found = defined_.find(static_cast<uint32_t>(number.value_or(0)));
  if (found == defined_.end()) {
    throw text_error(name, join("text: ", name.text, " is not defined before"), Code::not_found);
  }
  Expression out = found->second;
  out.column = name.column;
  out.definition = 0;
  return out;
}

namespace {

Error unused_arguments(std::string_view place, const std::vector<std::string>& places) {
  const std::vector<std::string_view> known(places.begin(), places.end());
  const std::string_view nearest = nearest_word(place, known);
  Error error(Code::not_found,
              join("arguments: no module and no class is called '", printable(place, 60), "'"));
  error.with("path", std::string(place));
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  return error;
}

}  // namespace

void TextBuild::finish(Module& root) {
  for (size_t i = 0; i < used_.size(); ++i) {
    if (!used_[i]) throw unused_arguments(options_.arguments[i].place, places_);
  }
  if (training_.empty()) return;
  // A flag holds for what is below, up to another one.
  std::vector<bool> flags = {true};
  std::string path;
  traverse(
      root, path, {"text", true, true, false, false, true},
      [&](Module& module) {
        const auto found = training_.find(&module);
        flags.push_back(found == training_.end() ? flags.back() : found->second.second);
        module.set_training(flags.back());
      },
      [&](Module&) { flags.pop_back(); });
}

// ---- Functions of the text ----

bool is_text_function(std::string_view callee) {
  Expression call;
  call.text = callee;
  return is_one_of(callee, {"OrderedDict", "container", "device", "dict", "float"}) ||
         is_tensor_function(call);
}

namespace {

constexpr spec::Parameter kContainerParameters[] = {
    {"class_name", spec::kText, "", "the name of the class"},
    {"shown", spec::kText, "''", "what print(model) shows before the children"},
    {"is_list", spec::kBool, "False", "prints equal neighbours once, as ModuleList"},
};
constexpr spec::Signature kContainer = {"container", kContainerParameters, "An unknown class."};

}  // namespace

ModuleRef make_container(const Expression& call) {
  const spec::Arguments arguments(kContainer, call);
  return make<Placeholder>(std::string(arguments.text("class_name")),
                           std::string(arguments.text("shown")), arguments.boolean("is_list"));
}

}  // namespace duramen::nn
