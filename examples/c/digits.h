/* The handwritten digits of the demo: 1,797 images of 8 x 8 pixels and their classes, read from a
 * gzip'd CSV file. */
#ifndef EXAMPLES_DIGITS_H
#define EXAMPLES_DIGITS_H

#include <duramen/duramen.h>
#include <stddef.h>
#include <stdint.h>

#define DIGITS_PIXELS 64

typedef struct digits {
  size_t count;
  float* pixels;   /* count x 64, scaled to 0..1 */
  int64_t* labels; /* count */
} digits;

/* 0 on success; otherwise -1, with a line on stderr. Release with digits_free. */
int digits_read(const char* path, digits* out);
void digits_free(digits* data);

/* `count` images from `first` on as float32, [count, 64], and their classes as int64. Without a
 * copy: the data must outlive them. Failures end the program. */
duramen_tensor* digits_images(duramen_context* context, const digits* data, size_t first,
                              size_t count);
duramen_tensor* digits_classes(duramen_context* context, const digits* data, size_t first,
                               size_t count);

#endif
