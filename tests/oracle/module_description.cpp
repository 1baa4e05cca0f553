#include "oracle/module_description.hpp"

#include "base/text.hpp"
#include "nn/build.hpp"
#include "nn/walk.hpp"
#include "support/tensors.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::test {

namespace {

using Lines = std::vector<std::string>;

std::string yes_no(bool value) { return value ? "true" : "false"; }

std::string line_of(const Tensor& tensor) {
  if (is_uninitialized(tensor)) return join(dtype_name(tensor.dtype()), "?");
  return join(dtype_name(tensor.dtype()), format_shape(tensor.shape()));
}

std::string line_of(const Json& entry) {
  const Json shape = at(entry, "shape");
  return join(text(entry, "dtype"), shape.is_null() ? "?" : format_shape(shape_of(shape)));
}

void compare(const char* what, const Lines& expected, const Lines& got, Problems& problems) {
  for (size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
    problems.equal(join(what, " ", i), i < expected.size() ? expected[i] : "(none)",
                   i < got.size() ? got[i] : "(none)");
  }
}

void check_modules(const nn::Module& module, const Json& expected, Problems& problems) {
  Lines want, got;
  for (const Json entry : simdjson::dom::array(at(expected, "modules"))) {
    want.push_back(join("'", text(at(entry, size_t{0})), "' ", text(at(entry, size_t{1}))));
  }
  for (const auto& entry : nn::named_modules(module)) {
    got.push_back(join("'", entry.name, "' ", entry.module->class_name()));
  }
  compare("module", want, got, problems);
}

void check_parameters(const nn::Module& module, const Json& expected, Problems& problems) {
  Lines want, got;
  for (const Json entry : simdjson::dom::array(at(expected, "parameters"))) {
    want.push_back(
        join(text(entry, "name"), " ", line_of(entry), " ", yes_no(flag(entry, "requires_grad"))));
  }
  for (const auto& entry : nn::named_parameters(module)) {
    got.push_back(
        join(entry.name, " ", line_of(*entry.tensor), " ", yes_no(entry.tensor->requires_grad())));
  }
  compare("parameter", want, got, problems);
}

void check_buffers(const nn::Module& module, const Json& expected, Problems& problems) {
  Lines want, got;
  for (const Json entry : simdjson::dom::array(at(expected, "buffers"))) {
    want.push_back(
        join(text(entry, "name"), " ", line_of(entry), " ", yes_no(flag(entry, "persistent"))));
  }
  for (const auto& entry : nn::named_buffers(module)) {
    got.push_back(join(entry.name, " ", line_of(*entry.tensor), " ", yes_no(entry.persistent)));
  }
  compare("buffer", want, got, problems);
}

void check_state(const nn::Module& module, const Json& expected, Problems& problems) {
  const Ref<StateDict> state = nn::state_dict(module, {.prefix = "", .keep_vars = true});
  Lines want, got;
  for (const Json entry : simdjson::dom::array(at(expected, "state"))) {
    const Json sha = at(entry, "sha256");
    want.push_back(
        join(text(entry, "key"), " ", line_of(entry), " ", sha.is_null() ? "" : text(sha)));
  }
  for (const auto& entry : state->entries()) {
    const Tensor& tensor = *entry.value.tensor;
    const std::string sha = is_uninitialized(tensor) ? "" : sha256_of(tensor);
    got.push_back(join(entry.name, " ", line_of(tensor), " ", sha));
  }
  compare("state", want, got, problems);
  want.clear();
  got.clear();
  for (const Json entry : simdjson::dom::array(at(expected, "versions"))) {
    want.push_back(join("'", text(at(entry, size_t{0})), "' ", integer(at(entry, size_t{1}))));
  }
  for (const auto& entry : state->versions()) {
    got.push_back(join("'", entry.name, "' ", entry.value.number.value_or(-1)));
  }
  compare("version", want, got, problems);
}

}  // namespace

void check_description(const nn::Module& module, const Json& expected, Problems& problems) {
  problems.equal("repr", text(expected, "repr"), nn::repr(module));
  check_modules(module, expected, problems);
  check_parameters(module, expected, problems);
  check_buffers(module, expected, problems);
  check_state(module, expected, problems);
}

void check_initial_values(const nn::Module& module, const Json& one, Goldens& goldens,
                          Problems& problems) {
  const Ref<StateDict> state = nn::state_dict(module);
  for (const auto& entry : state->entries()) {
    const std::string name = join(text(one, "id"), "/init/", entry.name);
    if (values_of(*goldens.array(name)) != values_of(*entry.value.tensor)) {
      problems.add(name + " differs");
    }
  }
}

void check_shas(const nn::Module& module, const Json& expected, const std::string& label,
                Problems& problems) {
  Lines want, got;
  for (const Json entry : simdjson::dom::array(expected)) {
    want.push_back(text(entry, "key") + " " + text(entry, "sha256"));
  }
  const Ref<StateDict> state = nn::state_dict(module);
  for (const auto& entry : state->entries()) {
    got.push_back(entry.name + " " + sha256_of(*entry.value.tensor));
  }
  compare(label.c_str(), want, got, problems);
}

}  // namespace duramen::test
