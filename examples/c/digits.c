#include "digits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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
