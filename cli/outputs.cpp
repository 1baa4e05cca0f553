#include "outputs.hpp"

#include "content.hpp"
#include "edit.hpp"
#include "format.hpp"
#include "target.hpp"

namespace cli {
namespace {

std::string path_for(const std::string& path, const std::string& name) {
  if (name.empty()) return path;
  const size_t end = path.ends_with(".npy") ? path.size() - 4 : path.size();
  return path.substr(0, end) + "." + name + path.substr(end);
}

Value detached(duramen_context* context, duramen_tensor* tensor) {
  Tensor plain;
  call(kRefused, "",
       [&](auto error) { return duramen_tensor_detach(context, tensor, Out(plain), error); });
  Value out;
  call(kRefused, "",
       [&](auto error) { return duramen_value_create_tensor(plain.get(), Out(out), error); });
  return out;
}

Value named(duramen_context* context, const Content& outputs) {
  std::vector<Value> keys, items;
  for (const Entry& entry : outputs.entries) {
    keys.push_back(make_text(entry.name.empty() ? "output" : "output." + entry.name));
    items.push_back(detached(context, entry.tensor));
  }
  return make_dict(keys, items);
}

void save(duramen_context* context, Value root, const std::string& file, const Format& format) {
  Document document;
  document.root = std::move(root);
  TargetOptions target;
  target.file = file;
  target.to = format.name;
  target.clone_ties = true;
  save_document(context, document, target);
}

void save_arrays(duramen_context* context, const Content& outputs, const std::string& file,
                 const Format& format) {
  if (file == "-" && outputs.entries.size() != 1) {
    throw Failure(kUsage, "-o -: standard output takes one .npy (got " +
                              std::to_string(outputs.entries.size()) +
                              " outputs; a .npz, .pt or .safetensors file takes them all)");
  }
  for (const Entry& entry : outputs.entries) {
    save(context, detached(context, entry.tensor), path_for(file, entry.name), format);
  }
}

}  // namespace

void save_outputs(duramen_context* context, const duramen_value* result, const std::string& file) {
  const Format& format = format_for(file, "", "npy");
  const Content outputs(result, file);
  if (format.number == DURAMEN_FORMAT_NPY) return save_arrays(context, outputs, file, format);
  if (format.number != DURAMEN_FORMAT_TORCH && format.number != DURAMEN_FORMAT_DCP) {
    return save(context, named(context, outputs), file, format);
  }
  const auto plain = [context](const std::string& /*path*/, const duramen_value* value) {
    duramen_tensor* tensor = duramen_value_tensor(value);
    return tensor ? detached(context, tensor) : retained(value);
  };
  save(context, edited(result, {plain, nullptr}), file, format);
}

}  // namespace cli
