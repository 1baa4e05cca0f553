/* What the C tests share: checks that say where they failed, and one slot for errors.
 *
 *   OK(duramen_context_create(NULL, &context, ERROR));
 *   FAILS(DURAMEN_E_STATE, duramen_tensor_backward(context, t, NULL, NULL, ERROR));
 *   TEXT("trailing text", duramen_error_message(last_error(), NULL));
 */
#ifndef CHECK_H
#define CHECK_H

#include <duramen/duramen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where calls put their error; whatever was there is released first. */
#define ERROR error_slot()
#define OK(call) check_status(DURAMEN_OK, (call), #call, __FILE__, __LINE__)
#define FAILS(status, call) check_status((status), (call), #call, __FILE__, __LINE__)
#define CHECK(condition) check_true((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define TEXT(expected, actual) check_text((expected), (actual), #actual, __FILE__, __LINE__)
#define CONTAINS(part, actual) check_contains((part), (actual), #actual, __FILE__, __LINE__)
/* The operation that computed a tensor; NULL: none, it is a leaf. */
#define GRAD_FN(expected, tensor) check_grad_fn((expected), (tensor), #tensor, __FILE__, __LINE__)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

duramen_error** error_slot(void);
const duramen_error* last_error(void);
void check_status(duramen_status expected, duramen_status actual, const char* what,
                  const char* file, int line);
void check_true(int condition, const char* what, const char* file, int line);
void check_text(const char* expected, const char* actual, const char* what, const char* file,
                int line);
void check_contains(const char* part, const char* actual, const char* what, const char* file,
                    int line);
void check_grad_fn(const char* expected, const duramen_tensor* tensor, const char* what,
                   const char* file, int line);
/* Prints the count of checks and gives the exit code. */
int finish(void);

/* Short forms for what nearly every test needs; they stop the program on failure. */
duramen_context* new_context(void);
duramen_module* new_module(duramen_context* context, const char* text);
duramen_tensor* new_tensor(duramen_context* context, const float* values, size_t rank,
                           const int64_t* shape);
/* A path in the folder of test output. */
const char* scratch_path(const char* name);

#endif
