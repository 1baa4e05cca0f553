#include "document.hpp"

#include "edit.hpp"

namespace cli {

std::map<std::string, std::string> metadata_of(const duramen_checkpoint* checkpoint) {
  std::map<std::string, std::string> out;
  StringList keys;
  call(kRefused, "",
       [&](auto error) { return duramen_checkpoint_metadata_keys(checkpoint, Out(keys), error); });
  for (size_t i = 0; i < duramen_string_list_count(keys.get()); ++i) {
    size_t length = 0, text_length = 0;
    const char* key = duramen_string_list_item(keys.get(), i, &length);
    const char* text = duramen_checkpoint_metadata(checkpoint, key, length, &text_length);
    out.emplace(std::string(key, length), view(text, text_length));
  }
  return out;
}

Document read_document(duramen_context* context, const std::string& file, uint64_t flags) {
  const Checkpoint checkpoint = open_checkpoint(context, file, flags);
  Document document;
  document.file = file;
  document.format = format_of(checkpoint.get());
  document.root = retained(content_of(checkpoint.get(), file));
  document.metadata = metadata_of(checkpoint.get());
  return document;
}

void select(Document& document, const std::string& path) {
  if (path.empty()) return;
  document.root =
      retained(item_at(document.root.get(), find_path(document.root.get(), path, document.file)));
}

}  // namespace cli
