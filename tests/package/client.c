/* The smallest program that needs headers, library and data of an installation. */
#include <duramen/duramen.h>
#include <stdio.h>

int main(void) {
  duramen_context* context = NULL;
  duramen_module* module = NULL;
  duramen_listing* listing = NULL;
  size_t count = 0, stride = 0;
  duramen_status status = duramen_context_create(NULL, &context, NULL);
  if (status == DURAMEN_OK) {
    status = duramen_module_from_text(context, "Sequential(Linear(2, 3), Linear(3, 1))", SIZE_MAX,
                                      &module, NULL);
  }
  if (status == DURAMEN_OK) status = duramen_module_list(module, NULL, &listing, NULL);
  duramen_listing_entries(listing, &count, &stride);
  printf("duramen %s: %d parameters\n", duramen_version_string(), (int)count);
  duramen_listing_release(listing);
  duramen_module_release(module);
  duramen_context_release(context);
  return status != DURAMEN_OK;
}
