#include "io/torch_script.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace duramen::io {

// Of "__torch__.a.b" and "C" the class C in code/__torch__/a/b.py.
const ScriptClass* TorchArchive::script_class(std::string_view module, std::string_view name) {
  value_budget().charge(classes_.size());
  const auto found = std::find_if(classes_.begin(), classes_.end(), [&](const ScriptClass& known) {
    return known.name == name && known.module == module;
  });
  if (found != classes_.end()) return &*found;
  value_budget().charge(sizeof(ScriptClass));
  ScriptClass made;
  std::string path = join(folder_, "code/", module, ".py");
  std::replace(path.begin() + static_cast<ptrdiff_t>(folder_.size()), path.end() - 3, '.', '/');
  const ZipEntry* entry = zip_.find(path);
  if (entry && entry->size <= kMostOfCode) {
    value_budget().charge(2 * entry->size);
    if (codes_.empty() || code_entry_ != entry) codes_.push_back(copy_record(*entry));
    code_entry_ = entry;
    const Storage& code = *codes_.back();
    made = parse_script_class({reinterpret_cast<const char*>(code.data()), code.nbytes()}, name);
  }
  made.module = module;
  made.name = name;
  return &classes_.emplace_back(std::move(made));
}

bool is_torch_script(const ZipReader& zip) {
  const std::string_view first = zip.entries().front().name;
  return zip.find(join(first.substr(0, first.find('/') + 1), "constants.pkl")) != nullptr;
}

namespace {

ValueRef with_constants(const Value& module, ValueRef constants) {
  std::vector<ValueRef> keys, values;
  if (const Value* attributes = module.attributes()) {
    keys.assign(attributes->keys().begin(), attributes->keys().end());
    values.assign(attributes->items().begin(), attributes->items().end());
  }
  keys.push_back(Value::text("CONSTANTS"));
  values.push_back(std::move(constants));
  return Value::dict({module.keys().begin(), module.keys().end()},
                     {module.items().begin(), module.items().end()}, std::string(module.as_text()),
                     Value::dict(std::move(keys), std::move(values)));
}

}  // namespace

Ref<Checkpoint> read_torch_script(const Services& services, const ZipReader& zip,
                                  const OpenOptions& options) {
  TorchArchive archive(services, zip, options);
  ValueRef content = content_of(services, archive, options.limits);
  TorchArchive beside(services, zip, options, "constants.pkl");
  Limits limits = options.limits;  // two containers go around the constants
  constexpr uint32_t kMostDepth = Value::kMaxDepth - 2;
  limits.max_depth = std::min(limits.max_depth ? limits.max_depth : kMostDepth, kMostDepth);
  ValueRef constants = content_of(services, beside, limits);
  if (content->kind() == ValueKind::dict && constants->count() > 0) {
    content = with_constants(*content, std::move(constants));
  }
  archive.verify_rest();
  OrderedMap<std::string> properties = archive.properties();
  properties.set("container", "torchscript");
  return make<Checkpoint>("torch", std::move(content), OrderedMap<std::string>(),
                          std::move(properties));
}

}  // namespace duramen::io
