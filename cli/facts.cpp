#include "facts.hpp"

#include <algorithm>

#include "content.hpp"
#include "document.hpp"
#include "tensors.hpp"

namespace cli {
namespace {

std::optional<std::string> property(const duramen_checkpoint* checkpoint, const char* key) {
  size_t length = 0;
  const char* text = duramen_checkpoint_property(checkpoint, key, SIZE_MAX, &length);
  return text ? std::optional(std::string(text, length)) : std::nullopt;
}

// Memory of a mapping cannot be written to.
bool is_mapped(duramen_tensor* tensor) {
  void* data = nullptr;
  return duramen_tensor_data_mut(tensor, &data, nullptr) == DURAMEN_E_READ_ONLY;
}

// The largest power of two, up to a page, that every tensor in the file starts at a multiple of.
void count_alignment(Facts& facts, const duramen_tensor* tensor) {
  const void* data = nullptr;
  if (duramen_tensor_data_const(tensor, &data, nullptr) != DURAMEN_OK) return;
  const uint64_t bits = reinterpret_cast<uintptr_t>(data) | 4096;
  const uint64_t own = bits & (~bits + 1);
  facts.alignment = facts.alignment == 0 ? own : std::min(facts.alignment, own);
}

void count_entry(Facts& facts, const Entry& entry) {
  const auto numel = static_cast<uint64_t>(duramen_tensor_numel(entry.tensor));
  const uint64_t nbytes = duramen_tensor_nbytes(entry.tensor);
  const duramen_dtype dtype = duramen_tensor_dtype(entry.tensor);
  facts.elements += numel;
  facts.nbytes += nbytes;
  facts.ties += entry.tied ? 1 : 0;
  if (!entry.tied && (is_floating(dtype) || is_complex(dtype))) facts.floating_elements += numel;
  Count& count = facts.dtypes[dtype_of(entry.tensor)];
  ++count.tensors;
  count.nbytes += nbytes;
  if (!is_mapped(entry.tensor)) return;
  ++facts.mapped;
  if (nbytes > 0) count_alignment(facts, entry.tensor);
}

StateDict state_dict_of(duramen_context* context, const duramen_checkpoint* checkpoint) {
  StateDict dict;
  call(kRefused, "", [&](auto error) {
    return duramen_checkpoint_state_dict(context, checkpoint, nullptr, 0, Out(dict), error);
  });
  return dict;
}

std::string digest_of(duramen_context* context, const duramen_checkpoint* checkpoint) {
  const StateDict dict = state_dict_of(context, checkpoint);
  String text;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_digest(context, dict.get(), nullptr, Out(text), error);
  });
  return text_of(text);
}

// The classes of objects that are kept as inert values, also inside such values.
void count_classes(std::map<std::string, uint64_t>& classes, const duramen_value* value) {
  if (duramen_value_kind(value) != DURAMEN_VALUE_OPAQUE) return;
  size_t length = 0;
  const char* name = duramen_value_class_name(value, &length);
  ++classes[std::string(view(name, length))];
  for (size_t i = 0; i < duramen_value_count(value); ++i) {
    count_classes(classes, duramen_value_item(value, i));
  }
}

std::string torch_producer_of(const Facts& facts) {
  const auto container = facts.properties.find("container");
  const bool is_script = container != facts.properties.end() && container->second == "torchscript";
  return is_script ? "torch.jit.save" : "torch.save";
}

// What writes such files; none of them names its writer.
std::string producer_of(const Facts& facts) {
  if (facts.format == "npy") return "numpy.save";
  if (facts.format == "npz") return "numpy.savez";
  if (facts.format == "gguf") return "ggml";
  if (facts.format == "torch") return torch_producer_of(facts);
  if (facts.format == "dcp") return "torch.distributed.checkpoint";
  for (const auto& [key, text] : facts.metadata) {
    if (key == "format") return "safetensors for " + text;
  }
  return "safetensors";
}

void read_properties(Facts& facts, const duramen_checkpoint* checkpoint) {
  for (const char* key :
       {"version", "container", "protocol", "byteorder", "shards", "files", "warnings"}) {
    if (const auto text = property(checkpoint, key)) facts.properties.emplace(key, *text);
  }
}

}  // namespace

Facts read_facts(duramen_context* context, const std::string& file, bool wants_digest) {
  const Checkpoint checkpoint = open_checkpoint(context, file);
  const Content content(content_of(checkpoint.get(), file), file);
  Facts facts;
  facts.format = format_of(checkpoint.get());
  read_properties(facts, checkpoint.get());
  facts.file_bytes = input_bytes(file);
  facts.tensors = content.entries.size();
  facts.values = content.leaves.size();
  for (const Entry& entry : content.entries) count_entry(facts, entry);
  for (const Leaf& leaf : content.leaves) count_classes(facts.classes, leaf.value);
  facts.metadata = metadata_of(checkpoint.get());
  facts.producer = producer_of(facts);
  if (wants_digest) facts.digest = digest_of(context, checkpoint.get());
  return facts;
}

}  // namespace cli
