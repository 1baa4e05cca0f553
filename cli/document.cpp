#include "document.hpp"

#include "edit.hpp"

namespace cli {

std::map<std::string, std::string> metadata_of(duramen_context* context,
                                               const duramen_checkpoint* checkpoint) {
  std::map<std::string, std::string> out;
  const std::string_view format = format_of(checkpoint);
  if (format == "torch" || format == "npy") return out;
  StateDict dict;
  call(kRefused, "", [&](auto error) {
    return duramen_checkpoint_state_dict(context, checkpoint, nullptr, 0, Out(dict), error);
  });
  StringList keys;
  call(kRefused, "",
       [&](auto error) { return duramen_state_dict_metadata_keys(dict.get(), Out(keys), error); });
  for (size_t i = 0; i < duramen_string_list_count(keys.get()); ++i) {
    size_t length = 0;
    const char* key = duramen_string_list_item(keys.get(), i, &length);
    String text;
    call(kRefused, "", [&](auto error) {
      return duramen_state_dict_metadata(dict.get(), key, length, Out(text), error);
    });
    out.emplace(std::string(key, length), text_of(text));
  }
  return out;
}

Document read_document(duramen_context* context, const std::string& file, uint64_t flags) {
  const Checkpoint checkpoint = open_checkpoint(context, file, flags);
  Document document;
  document.format = format_of(checkpoint.get());
  document.root = retained(duramen_checkpoint_content(checkpoint.get()));
  document.metadata = metadata_of(context, checkpoint.get());
  return document;
}

void select(Document& document, const std::string& path) {
  if (path.empty()) return;
  document.root = retained(item_at(document.root.get(), find_path(document.root.get(), path)));
}

}  // namespace cli
