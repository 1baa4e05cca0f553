/* Data of variable size that a call hands out: a text, a list of texts.
 *
 * Immutable and counted like every other object; nobody ever calls free(). What they lend lives as
 * long as the object.
 */
#ifndef DURAMEN_TEXT_H
#define DURAMEN_TEXT_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An immutable UTF-8 text. */
typedef struct duramen_string duramen_string;
/* An immutable list of UTF-8 texts. */
typedef struct duramen_string_list duramen_string_list;

/* The text, terminated; NULL for NULL.
 *
 * *length (may be NULL) receives the number of bytes before the terminator.
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_string_data(DURAMEN_NULLABLE const duramen_string* string,
                    DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* A text for a callback that gives one; it is copied.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_string_create(const char* text, size_t text_length, duramen_string** out,
                      duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same text; NULL for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_string* DURAMEN_CALL
duramen_string_retain(DURAMEN_NULLABLE const duramen_string* string) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_string_release(DURAMEN_NULLABLE duramen_string* string)
    DURAMEN_NOEXCEPT;

/* How many texts there are; 0 for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL
duramen_string_list_count(DURAMEN_NULLABLE const duramen_string_list* list) DURAMEN_NOEXCEPT;

/* A text by position, terminated; NULL beyond the last.
 *
 * *length (may be NULL) receives the number of bytes.
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_string_list_item(DURAMEN_NULLABLE const duramen_string_list* list, size_t index,
                         DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* One more reference to the same list; NULL for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_string_list* DURAMEN_CALL
duramen_string_list_retain(DURAMEN_NULLABLE const duramen_string_list* list) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL
duramen_string_list_release(DURAMEN_NULLABLE duramen_string_list* list) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
