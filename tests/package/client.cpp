// The same from C++: the headers' declarations must suit both languages.
#include <duramen/duramen.h>

#include <cstdio>

int main() {
  duramen_context* context = nullptr;
  duramen_module* module = nullptr;
  duramen_listing* listing = nullptr;
  size_t count = 0;
  duramen_status status = duramen_context_create(nullptr, &context, nullptr);
  if (status == DURAMEN_OK) {
    status = duramen_module_from_text(context, "Sequential(Linear(2, 3), Linear(3, 1))", SIZE_MAX,
                                      &module, nullptr);
  }
  if (status == DURAMEN_OK) status = duramen_module_list(module, nullptr, &listing, nullptr);
  duramen_listing_entries(listing, &count, nullptr);
  std::printf("duramen %s: %d parameters\n", duramen_version_string(), static_cast<int>(count));
  duramen_listing_release(listing);
  duramen_module_release(module);
  duramen_context_release(context);
  return status != DURAMEN_OK;
}
