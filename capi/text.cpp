#include "text.hpp"

#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_string_create(const char* text, size_t text_length, duramen_string** out,
                                     duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return make<String>(std::string(text_argument(text, text_length, "text")));
  });
}

const char* duramen_string_data(const duramen_string* string, size_t* length) noexcept {
  const String* text = peek(string);
  return lend_text(text ? &text->text : nullptr, length);
}

duramen_string* duramen_string_retain(const duramen_string* string) noexcept {
  return retain(string);
}
void duramen_string_release(duramen_string* string) noexcept { release(string); }

size_t duramen_string_list_count(const duramen_string_list* list) noexcept {
  const StringList* texts = peek(list);
  return texts ? texts->items.size() : 0;
}

const char* duramen_string_list_item(const duramen_string_list* list, size_t index,
                                     size_t* length) noexcept {
  const StringList* texts = peek(list);
  return lend_text(texts && index < texts->items.size() ? &texts->items[index] : nullptr, length);
}

duramen_string_list* duramen_string_list_retain(const duramen_string_list* list) noexcept {
  return retain(list);
}
void duramen_string_list_release(duramen_string_list* list) noexcept { release(list); }
