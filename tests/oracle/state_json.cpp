#include "oracle/state_json.hpp"

#include "base/text.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

std::string fields(const Tensor& tensor) {
  return join("\"dtype\":", json_text(dtype_name(tensor.dtype())),
              ",\"shape\":", format_shape(tensor.shape()),
              ",\"sha256\":", json_text(sha256_of(tensor)),
              ",\"requires_grad\":", json_flag(tensor.requires_grad()),
              ",\"parameter\":", json_flag(tensor.is_parameter()));
}

template <class Same>
size_t first_like(const std::vector<ListedTensor>& entries, size_t index, Same same) {
  for (size_t i = 0; i < index; ++i) {
    if (same(*entries[i].tensor, *entries[index].tensor)) return i;
  }
  return index;
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    } else {
      out += "\\u00";
      out += "0123456789abcdef"[c >> 4];
      out += "0123456789abcdef"[c & 15];
    }
  }
  return out + "\"";
}

std::string json_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? "," : "") + item;
  return out + "]";
}

std::string json_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(json_text(text));
  return json_list(items);
}

std::string json_entry(const Tensor& tensor) { return join("{", fields(tensor), "}"); }

std::string json_entries(const std::vector<ListedTensor>& entries) {
  std::vector<std::string> items;
  for (size_t i = 0; i < entries.size(); ++i) {
    const size_t storage = first_like(
        entries, i, [](const Tensor& a, const Tensor& b) { return a.storage() == b.storage(); });
    const size_t object =
        first_like(entries, i, [](const Tensor& a, const Tensor& b) { return &a == &b; });
    items.push_back(join("{\"name\":", json_text(entries[i].name), ",", fields(*entries[i].tensor),
                         ",\"storage\":", storage, ",\"object\":", object, "}"));
  }
  return json_list(items);
}

std::string json_modules(const std::vector<nn::NamedModule>& modules) {
  std::vector<std::string> items;
  for (const auto& one : modules) {
    items.push_back(json_texts({one.name, one.module->class_name()}));
  }
  return json_list(items);
}

}  // namespace duramen::test
