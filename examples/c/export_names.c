/* What a binding needs to know of a model, as a C table: names, kinds, shapes, types and flags.
 *
 *   export_names [TEXT [PATTERNS]]
 *
 * TEXT is a module as Python writes it, PATTERNS choose entries by name:
 * "encoder.**.weight|head.*". A tied entry tells the position of the first name of its tensor.
 */
#include <duramen/duramen.h>
#include <inttypes.h>
#include <stdio.h>

#include "require.h"

static const char kModel[] =
    "Sequential(OrderedDict([('embed', Embedding(100, 16)), ('norm', BatchNorm1d(16)), "
    "('head', Linear(16, 100, bias=False))]))";

/* As a C string literal. */
static void print_text(const char* text) {
  putchar('"');
  for (; *text; ++text) {
    const unsigned char byte = (unsigned char)*text;
    if (byte < 0x20 || byte == '"' || byte == '\\' || byte == '?') {
      printf("\\%03o", byte);
    } else {
      putchar(*text);
    }
  }
  putchar('"');
}

static void print_entry(const duramen_entry* entry, size_t index) {
  printf("  {");
  print_text(entry->name);
  printf(", %s, \"%s\", %" PRIu32 ", {",
         entry->kind == DURAMEN_KIND_PARAMETER ? "MODEL_PARAMETER" : "MODEL_BUFFER",
         duramen_dtype_name(entry->dtype), entry->rank);
  for (uint32_t i = 0; i < entry->rank; ++i) printf("%s%" PRId64, i ? ", " : "", entry->shape[i]);
  printf("%s}, %d, %d, %" PRIu64 "},%s\n", entry->rank ? "" : "0",
         (entry->flags & DURAMEN_ENTRY_REQUIRES_GRAD) != 0,
         (entry->flags & DURAMEN_ENTRY_PERSISTENT) != 0, entry->first_index,
         entry->first_index == index ? "" : " /* tied */");
}

static void print_table(const duramen_listing* listing) {
  size_t count, stride;
  const char* entries = (const char*)duramen_listing_entries(listing, &count, &stride);
  printf("enum { MODEL_PARAMETER, MODEL_BUFFER };\n");
  printf("static const struct {\n  const char* name;\n  int kind;\n  const char* dtype;\n");
  printf("  unsigned rank;\n  long long shape[8];\n  int trainable;\n  int saved;\n  int first;\n");
  printf("} kModelEntries[] = {\n");
  for (size_t i = 0; i < count; ++i) {
    print_entry((const duramen_entry*)(entries + i * stride), i);
  }
  printf("};\nenum { MODEL_ENTRY_COUNT = %zu };\n", count);
}

int main(int argc, char** argv) {
  duramen_context* context;
  duramen_module* module;
  duramen_listing* listing;
  duramen_list_options options = {0};
  REQUIRE(duramen_context_create(NULL, &context, &error));
  REQUIRE(
      duramen_module_from_text(context, argc > 1 ? argv[1] : kModel, SIZE_MAX, &module, &error));
  if (argc == 1) {
    REQUIRE(duramen_module_tie(module, "head.weight", SIZE_MAX, "embed.weight", SIZE_MAX, &error));
  }
  options.struct_size = sizeof options;
  options.flags = DURAMEN_LIST_KEEP_DUPLICATES;
  options.include = argc > 2 ? argv[2] : NULL;
  options.include_length = SIZE_MAX;
  REQUIRE(duramen_module_list(module, &options, &listing, &error));
  print_table(listing);
  duramen_listing_release(listing);
  duramen_module_release(module);
  duramen_context_release(context);
  return 0;
}
