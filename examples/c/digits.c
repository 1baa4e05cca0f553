#include "digits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "require.h"

#define MAX_IMAGES 10000

static int parse_row(const char* line, float* pixels, int64_t* label) {
  for (int i = 0; i <= DIGITS_PIXELS; ++i) {
    char* end;
    const long value = strtol(line, &end, 10);
    if (end == line || (i < DIGITS_PIXELS && *end != ',')) return -1;
    if (i < DIGITS_PIXELS) {
      pixels[i] = (float)value / 16.0f;
    } else {
      *label = value;
    }
    line = end + 1;
  }
  return 0;
}

static int read_rows(gzFile file, const char* path, digits* out) {
  char line[1024];
  while (gzgets(file, line, sizeof line)) {
    if (out->count == MAX_IMAGES ||
        parse_row(line, out->pixels + out->count * DIGITS_PIXELS, &out->labels[out->count])) {
      fprintf(stderr, "%s: row %zu is not 64 pixels and a class\n", path, out->count + 1);
      return -1;
    }
    ++out->count;
  }
  return 0;
}

int digits_read(const char* path, digits* out) {
  memset(out, 0, sizeof *out);
  gzFile file = gzopen(path, "rb");
  if (!file) {
    fprintf(stderr, "%s: cannot be opened\n", path);
    return -1;
  }
  out->pixels = malloc(sizeof(float) * MAX_IMAGES * DIGITS_PIXELS);
  out->labels = malloc(sizeof(int64_t) * MAX_IMAGES);
  const int failed = !out->pixels || !out->labels || read_rows(file, path, out);
  gzclose(file);
  if (failed) digits_free(out);
  return failed ? -1 : 0;
}

void digits_free(digits* data) {
  free(data->pixels);
  free(data->labels);
  memset(data, 0, sizeof *data);
}

static duramen_tensor* import_rows(duramen_context* context, duramen_dtype dtype, const void* data,
                                   int64_t rows, int64_t columns, size_t itemsize) {
  const int64_t shape[2] = {rows, columns};
  duramen_import_options options = {0};
  options.struct_size = sizeof options;
  options.mode = DURAMEN_IMPORT_VIEW_CONST;
  options.dtype = dtype;
  options.rank = columns > 0 ? 2 : 1;
  options.shape = shape;
  options.data = data;
  options.nbytes = (uint64_t)(rows * (columns > 0 ? columns : 1)) * itemsize;
  duramen_tensor* tensor;
  REQUIRE(duramen_tensor_import(context, &options, &tensor, &error));
  return tensor;
}

duramen_tensor* digits_images(duramen_context* context, const digits* data, size_t first,
                              size_t count) {
  return import_rows(context, DURAMEN_DTYPE_FLOAT32, data->pixels + first * DIGITS_PIXELS,
                     (int64_t)count, DIGITS_PIXELS, sizeof(float));
}

duramen_tensor* digits_classes(duramen_context* context, const digits* data, size_t first,
                               size_t count) {
  return import_rows(context, DURAMEN_DTYPE_INT64, data->labels + first, (int64_t)count, 0,
                     sizeof(int64_t));
}
