#include "support/goldens.hpp"

#include <stdexcept>

#include "base/text.hpp"
#include "io/checkpoint.hpp"

namespace duramen::test {

std::string data_path(std::string_view name) { return join(DURAMEN_TEST_DATA, "/", name); }

Goldens::Goldens() : root_(parser_.load(data_path("goldens/index.json"))) {}

std::vector<Json> Goldens::cases(std::string_view family) const {
  std::vector<Json> found;
  for (const Json one : simdjson::dom::array(at(root_, "cases"))) {
    if (text(one, "family") == family) found.push_back(one);
  }
  return found;
}

void Goldens::open_arrays() {
  opened_ = true;
  CancelFlag never;
  const io::Services services{make<Allocator>(), never, {}};
  const auto file = io::Checkpoint::open(services, data_path("goldens/arrays.safetensors"));
  const Value& content = *file->content();
  for (size_t i = 0; i < content.count(); ++i) {
    arrays_.emplace(content.key(i)->as_text(), TensorRef(content.item(i)->as_tensor()));
  }
}

bool Goldens::has_array(const std::string& name) {
  if (!opened_) open_arrays();
  return arrays_.contains(name);
}

TensorRef Goldens::array(const std::string& name) {
  if (!has_array(name)) throw std::runtime_error("goldens: no array " + name);
  return arrays_.find(name)->second;
}

}  // namespace duramen::test
