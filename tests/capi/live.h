/* Live objects of every type, and the checks of the generated test of all entry points. */
#ifndef LIVE_H
#define LIVE_H

#include "check.h"

struct live {
  duramen_context* context;
  duramen_error* error;
  duramen_string* string;
  duramen_string_list* string_list;
  duramen_tensor* tensor;
  duramen_value* value;
  duramen_op* op;
  duramen_function_state* function_state;
  duramen_listing* listing;
  duramen_options* options;
  duramen_scope* scope;
  duramen_module* module;
  duramen_state_dict* state_dict;
  duramen_diff* diff;
  duramen_load_report* load_report;
  duramen_load_notes* load_notes;
  duramen_rename_rules* rename_rules;
  duramen_checkpoint* checkpoint;
  duramen_tensor_stream* tensor_stream;
  duramen_optimizer* optimizer;
  /* Arguments that are not objects. */
  duramen_tensor* const* tensors;
  duramen_module* const* modules;
  const duramen_value* const* values;
  duramen_module_visit module_visit;
  duramen_destroy destroy;
  duramen_read_at read_at;
  duramen_write write;
  duramen_save_options save_options;
  duramen_import_options import_options;
  duramen_module_class module_class;
  duramen_module_hook module_hook;
  duramen_call_hook call_hook;
  duramen_rename_callback rename_callback;
  duramen_function_type function_type;
  duramen_allocator allocator;
  duramen_runner runner;
  duramen_log_sink log_sink;
  duramen_progress_sink progress_sink;
  duramen_load_policy load_policy;
  const char* path; /* of a file that is there, and of one that may be written */
  const char* save_path;
  const int64_t* shape;
  void* bytes;
  void* scratch;
  void* dlpack;
};

const struct live* begin_live(void);
/* The exit code; the counts are those of the generated program. */
int end_live(int functions, int cases);
void release_live(void);

/* A module that nothing was done to; lent until the next call. */
duramen_module* fresh_module(void);

void begin_function(const char* name);
void count_case(void);
/* A pointer that is neither NULL nor anything else. */
void* poisoned(void);
void expect_zero(int is_zero);
void expect_status(duramen_status actual, duramen_status expected, const char* argument);
/* Also: the error names the function; it is released. */
void expect_failure(duramen_status actual, duramen_status expected, duramen_error* error,
                    const char* argument);

#endif
