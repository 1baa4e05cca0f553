// The lossless text form: what docs/text-form.md describes, written so that module_from_text makes
// the same tree again. Names @1, @2, … are given in the order in which the reader meets them.
#include <algorithm>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>

#include "base/text.hpp"
#include "nn/containers.hpp"
#include "nn/evaluate.hpp"
#include "nn/norm_hooks.hpp"
#include "nn/origin.hpp"
#include "nn/parameter_containers.hpp"
#include "nn/parametrize.hpp"
#include "nn/placeholder.hpp"
#include "nn/traverse.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

constexpr size_t kMaxBytes = size_t{64} << 20;  // what the reader takes
constexpr size_t kDeepest = 190;                // and a module's own attributes are nested, too

bool is_plain_container(const Module& module) noexcept {
  const std::type_info& type = typeid(module);
  return type == typeid(Module) || type == typeid(Sequential) || type == typeid(ModuleList) ||
         type == typeid(ModuleDict);
}

bool is_word(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class Writer {
 public:
  std::string write(const Module& root) {
    count(root);
    module(root, true);
    return std::move(out_);
  }

 private:
  struct Held {
    size_t count = 0;
    size_t number = 0;  // N of @N, once it was given
  };

  void count(const Module& root);
  void module(const Module& module, bool inherited);
  // What a call makes: slots_of() it, 0 for what is not known; whether all of its parameters want
  // gradients, but for those named as frozen.
  struct Made {
    uint64_t slots;
    bool names_frozen = true;
    uint64_t plain = 0;  // plain_of() it
  };
  std::string call(const Module& module, Made* made) const;
  void container_call(const ParameterContainer& container, Made* made);
  void entry(const spec::Expression& value, bool training);
  void children(const Module& module, bool training);
  void attributes(const Module& module, const Made& made, bool inherited);
  void tensors(std::string_view name, const Module::Tensors& map, bool as_made);
  void tensor(const Tensor& tensor, bool as_made);
  void norm_hooks(const Module& module);
  void frozen(const Module& module);
  void transient(const Module& module);
  bool is_shared(const Module::Tensors& map) const;
  // Starts an attribute: "{" or ", " and the name.
  void attribute(std::string_view name);
  // Writes "@N" and returns true, or "@N = " for the first of several, or nothing.
  bool known(const Counted& object);
  void new_line() {
    if (out_.size() > kMaxBytes) {
      throw Error(Code::limit, join("text: longer than ", kMaxBytes, " bytes"));
    }
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }
  Error refused(const std::string& what) const {
    const std::string place = path_.empty() ? "the module" : printable(path_);
    return Error(Code::unsupported, join("text: ", place, " ", what)).with("path", path_);
  }

  std::string out_;
  std::string path_;
  size_t depth_ = 0;
  size_t last_number_ = 0;
  bool has_attribute_ = false;
  const uint64_t nothing_ = slots_of(*make<Module>());
  std::unordered_map<const Counted*, Held> held_;
};

void Writer::count(const Module& root) {
  std::string path;
  ++held_[&root].count;
  traverse(
      root, path, {"text", true, true, false},
      [&](Module& module) {
        for (const auto& [name, child] : module.children()) {
          if (child) ++held_[child.get()].count;
        }
        for (const auto* map :
             {&module.parameters(), &module.buffers(), &module.plain_attributes()}) {
          for (const auto& [name, tensor] : *map) {
            if (tensor) ++held_[tensor.get()].count;
          }
        }
      },
      [](Module&) {});
}

bool Writer::known(const Counted& object) {
  Held& held = held_[&object];
  if (held.number > 0) {
    out_ += join("@", held.number);
    return true;
  }
  if (held.count > 1) {
    held.number = ++last_number_;
    out_ += join("@", held.number, " = ");
  }
  return false;
}

// "Linear(4, 3, dtype=torch.float32": open, and what it makes.
std::string Writer::call(const Module& module, Made* made) const {
  *made = {nothing_};
  if (has_computed_tensors(module) && (!origin_of(module) || origin_of(module)->slots == 0)) {
    throw refused("is parametrized and has other changes, too, which no text says");
  }
  if (const Placeholder* placeholder = placeholder_of(module)) {
    std::string text = join("container(", format_quoted(module.class_name()));
    if (!placeholder->extra_repr().empty()) {
      text += join(", ", format_quoted(placeholder->extra_repr()));
    }
    return text + (placeholder->is_list() ? ", is_list=True" : "");
  }
  if (module.derived()) {
    throw refused(
        join("(", printable(module.shown_name(), 60), ") was not built from a text and cannot be"));
  }
  if (const Origin* origin = origin_of(module)) {
    // Flags that the call itself clears are as they were, or all is listed.
    const bool are_known = origin->flags == 0 || origin->flags == flags_of(module);
    *made = {are_known ? origin->slots : 0, origin->flags == 0, origin->plain};
    return join(module.class_name(), "(", origin->arguments);
  }
  const bool is_known = is_plain_container(module);
  if (is_known && module_types().find(module.class_name())) return join(module.class_name(), "(");
  if (is_known) return join("container(", format_quoted(module.class_name()));
  throw refused(
      join("(", printable(module.class_name(), 60), ") was not built from a text and cannot be"));
}

void Writer::entry(const spec::Expression& value, bool training) {
  if (const Module* module = module_of(value)) return this->module(*module, training);
  if (held_value(value)) throw refused("holds a value that has no text");
  if (value.form == spec::Form::object) return tensor(static_cast<Tensor&>(*value.object), false);
  out_ += spec::format(value);
}

// "ParameterList([…]": all entries are one argument, modules and other values among them.
void Writer::container_call(const ParameterContainer& container, Made* made) {
  const bool is_list = container.class_name() == "ParameterList";
  const std::vector<std::string> keys = container.keys();
  const std::unordered_set<std::string_view> known(keys.begin(), keys.end());
  for (const auto& [name, child] : container.children()) {
    if (!known.contains(name)) throw refused("holds a module that is none of its entries");
  }
  out_ += join(container.class_name(), "(");
  *made = {nothing_, false};
  if (keys.empty()) return;
  out_ += is_list ? "[" : "OrderedDict([";
  size_t parameters = 0;
  bool as_made = container.buffers().empty();
  for (size_t i = 0; i < keys.size(); ++i) {
    out_ += join(i ? ", " : "", is_list ? "" : join("(", format_quoted(keys[i]), ", "));
    entry(container.entry(keys[i]), container.training());
    out_ += is_list ? "" : ")";
    as_made = as_made && (!is_list || keys[i] == std::to_string(i));
    if (!container.parameters().contains(keys[i])) continue;
    as_made = as_made && container.parameters()[parameters++].name == keys[i];
  }
  out_ += is_list ? "]" : "])";
  for (const auto& [name, value] : container.plain_attributes()) {
    as_made = as_made && !value && known.contains(name);
  }
  made->slots = as_made && parameters == container.parameters().size() ? slots_of(container) : 0;
}

void Writer::module(const Module& module, bool inherited) {
  if (known(module)) return;
  if (depth_ > kDeepest) {
    throw Error(Code::limit, join("text: modules are nested deeper than ", kDeepest, " levels"));
  }
  Made made = {};
  if (const auto* container = dynamic_cast<const ParameterContainer*>(&module)) {
    container_call(*container, &made);
  } else {
    out_ += call(module, &made);
    children(module, module.training());
  }
  out_ += ')';
  attributes(module, made, inherited);
}

void Writer::children(const Module& module, bool training) {
  if (module.children().empty()) return;
  const size_t path_size = path_.size();
  ++depth_;
  for (const auto& [name, child] : module.children()) {
    new_line();
    out_ += is_word(name) ? join("(", name, "): ") : join("[", format_quoted(name), "]: ");
    path_ += path_size > 0 ? join(".", name) : name;
    if (child) {
      this->module(*child, training);
    } else {
      out_ += "None";
    }
    path_.resize(path_size);
  }
  --depth_;
  new_line();
}

void Writer::attribute(std::string_view name) {
  out_ += has_attribute_ ? ", " : " {";
  out_ += join(name, "=");
  has_attribute_ = true;
}

void Writer::tensor(const Tensor& tensor, bool as_made) {
  if (known(tensor)) return;
  if (as_made) {
    out_ += "...";
    return;
  }
  if (is_uninitialized(tensor)) throw refused("holds a tensor without a shape");
  if (dtype_info(tensor.dtype()).kind == DtypeKind::opaque) {
    throw refused(
        join("holds a tensor of ", dtype_name(tensor.dtype()), ", which no text can make"));
  }
  std::string text = tensor_text(tensor);
  const bool has_gradient = tensor.requires_grad();
  if (tensor.is_parameter()) {
    text = join("Parameter(", text, has_gradient ? ")" : ", requires_grad=False)");
  } else if (has_gradient) {
    text.insert(text.size() - 1, ", requires_grad=True");
  }
  out_ += text;
}

void Writer::tensors(std::string_view name, const Module::Tensors& map, bool as_made) {
  attribute(name);
  for (size_t i = 0; i < map.size(); ++i) {
    out_ += join(i ? ", " : "{", format_quoted(map[i].name), ": ");
    if (map[i].value) {
      tensor(*map[i].value, as_made);
    } else {
      out_ += "None";
    }
  }
  out_ += map.empty() ? "{}" : "}";
}

bool Writer::is_shared(const Module::Tensors& map) const {
  return std::any_of(map.begin(), map.end(), [this](const auto& entry) {
    return entry.value && held_.at(entry.value.get()).count > 1;
  });
}

// Parameters that the constructor made, which then wanted gradients.
void Writer::frozen(const Module& module) {
  bool first = true;
  for (const auto& [name, parameter] : module.parameters()) {
    if (!parameter || parameter->requires_grad() || !can_require_grad(parameter->dtype())) continue;
    if (first) attribute("frozen");
    out_ += join(first ? "[" : ", ", format_quoted(name));
    first = false;
  }
  if (!first) out_ += ']';
}

void Writer::transient(const Module& module) {
  bool first = true;
  for (const auto& [name, buffer] : module.buffers()) {
    if (module.is_persistent(name)) continue;
    if (first) attribute("transient");
    out_ += join(first ? "[" : ", ", format_quoted(name));
    first = false;
  }
  if (!first) out_ += ']';
}

// Before what follows: it makes some of that.
void Writer::norm_hooks(const Module& module) {
  bool first = true;
  for (const auto& hook : norm_hooks_of(module)) {
    if (first) attribute("utils");
    out_ += join(first ? "{" : ", ", format_quoted(hook->tensor_name()), ": ",
                 format_quoted(hook->text()));
    first = false;
  }
  if (!first) out_ += '}';
}

void Writer::attributes(const Module& module, const Made& made, bool inherited) {
  const auto &parameters = module.parameters(), &buffers = module.buffers(),
             &plain = module.plain_attributes();
  const bool as_made = made.slots == slots_of(module);
  const bool are_others = !as_made && made.slots != nothing_;  // then none is something to say, too
  const bool is_container = dynamic_cast<const ParameterContainer*>(&module);
  const bool own_gradients = std::any_of(buffers.begin(), buffers.end(), [](const auto& entry) {
    return entry.value && entry.value->requires_grad();
  });
  has_attribute_ = false;
  norm_hooks(module);
  if (module.training() != inherited) {
    attribute("training");
    out_ += module.training() ? "True" : "False";
  }
  if (as_made && is_container) {  // the entries say it
    if (has_attribute_) out_ += '}';
    return;
  }
  if (is_shared(parameters) || are_others || (!as_made && !parameters.empty())) {
    tensors("parameters", parameters, as_made);
  }
  if (as_made && made.names_frozen) frozen(module);
  if (own_gradients || is_shared(buffers) || are_others || (!as_made && !buffers.empty())) {
    tensors("buffers", buffers, as_made && !own_gradients);
    transient(module);
  }
  if (plain_of(module) != made.plain) tensors("plain", plain, false);
  if (has_attribute_) out_ += '}';
}

}  // namespace

std::string lossless_text(const Module& module) { return Writer().write(module); }

}  // namespace duramen::nn
