/* The sentences of the text classifier: a file of lines, each a class, a tab and a sentence. */
#ifndef EXAMPLES_SENTENCES_H
#define EXAMPLES_SENTENCES_H

#include <duramen/duramen.h>
#include <stddef.h>
#include <stdint.h>

#define SENTENCES_MOST 64
#define SENTENCE_LENGTH 10 /* words; further ones are left out */

typedef struct sentences {
  size_t count;
  int64_t tokens[SENTENCES_MOST][SENTENCE_LENGTH];
  int64_t classes[SENTENCES_MOST];
} sentences;

/* Words are runs of letters, in any case; the vocabulary is a list of texts. It starts with the
 * filler behind short sentences and with what stands for an unknown word. */
void sentences_tokenize(const duramen_value* vocabulary, const char* text,
                        int64_t tokens[SENTENCE_LENGTH]);
/* `classes` is a list of texts, too. 0 on success; otherwise -1, with a line on stderr. */
int sentences_read(const char* path, const duramen_value* vocabulary, const duramen_value* classes,
                   sentences* out);

#endif
