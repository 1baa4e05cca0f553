#include "sentences.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { kPadding = 0, kUnknown = 1 };

/* The position of a word in a list of texts, or -1. */
static int64_t position(const duramen_value* list, const char* word, size_t length) {
  for (size_t i = 0; i < duramen_value_count(list); ++i) {
    size_t known_length;
    const char* known = duramen_value_text(duramen_value_item(list, i), &known_length);
    if (known_length == length && !memcmp(known, word, length)) return (int64_t)i;
  }
  return -1;
}

void sentences_tokenize(const duramen_value* vocabulary, const char* text,
                        int64_t tokens[SENTENCE_LENGTH]) {
  char word[32];
  size_t length = 0, count = 0;
  for (size_t i = 0; i < SENTENCE_LENGTH; ++i) tokens[i] = kPadding;
  for (; count < SENTENCE_LENGTH; ++text) {
    if (isalpha((unsigned char)*text)) {
      if (length < sizeof word) word[length++] = (char)tolower((unsigned char)*text);
      continue;
    }
    if (length > 0) {
      const int64_t known = position(vocabulary, word, length);
      tokens[count++] = known < 0 ? kUnknown : known;
    }
    length = 0;
    if (!*text) return;
  }
}

int sentences_read(const char* path, const duramen_value* vocabulary, const duramen_value* classes,
                   sentences* out) {
  char line[256];
  FILE* file = fopen(path, "r");
  out->count = 0;
  while (file && out->count < SENTENCES_MOST && fgets(line, sizeof line, file)) {
    char* tab = strchr(line, '\t');
    const int64_t known = tab ? position(classes, line, (size_t)(tab - line)) : -1;
    if (known < 0) break;
    out->classes[out->count] = known;
    sentences_tokenize(vocabulary, tab + 1, out->tokens[out->count++]);
  }
  const int complete = file && feof(file) && out->count > 0;
  if (file) fclose(file);
  if (!complete) fprintf(stderr, "%s: cannot be read\n", path);
  return complete ? 0 : -1;
}
