/* The C interface for cffi's cdef(): written by tools/api.py from the headers of include/duramen. API level 2. */

struct DLManagedTensorVersioned;
struct DLManagedTensor;

typedef struct duramen_error duramen_error;
typedef struct duramen_string duramen_string;
typedef struct duramen_string_list duramen_string_list;
typedef struct duramen_context duramen_context;
typedef struct duramen_tensor duramen_tensor;
typedef struct duramen_value duramen_value;
typedef struct duramen_module duramen_module;
typedef struct duramen_listing duramen_listing;
typedef struct duramen_scope duramen_scope;
typedef struct duramen_state_dict duramen_state_dict;
typedef struct duramen_rename_rules duramen_rename_rules;
typedef struct duramen_load_report duramen_load_report;
typedef struct duramen_load_notes duramen_load_notes;
typedef struct duramen_checkpoint duramen_checkpoint;
typedef struct duramen_diff duramen_diff;
typedef struct duramen_function_state duramen_function_state;
typedef struct duramen_op duramen_op;
typedef struct duramen_optimizer duramen_optimizer;
typedef struct duramen_options duramen_options;
typedef struct duramen_tensor_stream duramen_tensor_stream;

typedef int32_t duramen_status;
typedef void (*duramen_destroy)(void* user);
typedef int32_t duramen_dtype;
typedef struct duramen_allocator {
  uint32_t struct_size;
  uint32_t reserved;
  void* (*alloc)(void* user, size_t nbytes, size_t alignment);
  void (*free)(void* user, void* pointer, size_t nbytes, size_t alignment);
  void* user;
  duramen_destroy destroy;
} duramen_allocator;
typedef void (*duramen_runner_body)(void* body_user, uint64_t index);
typedef struct duramen_runner {
  uint32_t struct_size;
  uint32_t reserved;
  void (*run)(void* user, uint64_t count, duramen_runner_body body, void* body_user);
  void* user;
  duramen_destroy destroy;
} duramen_runner;
typedef struct duramen_log_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void (*log)(void* user, int32_t level, const char* message, size_t length);
  void* user;
  duramen_destroy destroy;
} duramen_log_sink;
typedef struct duramen_progress_sink {
  uint32_t struct_size;
  uint32_t reserved;
  int32_t (*progress)(void* user, const char* operation, size_t operation_length, uint64_t done, uint64_t total, duramen_error** error);
  void* user;
  duramen_destroy destroy;
} duramen_progress_sink;
typedef struct duramen_context_options {
  uint32_t struct_size;
  uint32_t num_threads;
  uint64_t seed;
  uint64_t flags;
  const duramen_allocator* allocator;
  const duramen_runner* runner;
  const duramen_log_sink* log;
} duramen_context_options;
typedef struct duramen_allocator_statistics {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t bytes_in_use;
  uint64_t bytes_cached;
  uint64_t peak_bytes_in_use;
  uint64_t blocks_in_use;
} duramen_allocator_statistics;
typedef struct duramen_import_options {
  uint32_t struct_size;
  int32_t mode;
  duramen_dtype dtype;
  uint32_t rank;
  const int64_t* shape;
  const int64_t* strides;
  const void* data;
  uint64_t nbytes;
  void* user;
  duramen_destroy destroy;
} duramen_import_options;
typedef struct duramen_backward_options {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t flags;
  duramen_tensor* const* inputs;
  uint64_t input_count;
} duramen_backward_options;
typedef struct duramen_list_options {
  uint32_t struct_size;
  duramen_dtype dtype;
  uint64_t kinds;
  uint64_t flags;
  const char* prefix;
  uint64_t prefix_length;
  const char* include;
  uint64_t include_length;
  const char* exclude;
  uint64_t exclude_length;
} duramen_list_options;
typedef struct duramen_entry {
  const char* name;
  uint64_t name_length;
  uint64_t flags;
  uint64_t kind;
  uint32_t rank;
  duramen_dtype dtype;
  const int64_t* shape;
  uint64_t nbytes;
  uint64_t first_index;
  uint64_t first_storage_index;
  duramen_tensor* tensor;
  duramen_module* module;
  const duramen_value* value;
} duramen_entry;
typedef int32_t (*duramen_module_visit)(void* user, duramen_module* module, duramen_error** error);
typedef struct duramen_rename_callback {
  uint32_t struct_size;
  uint32_t reserved;
  const char* name;
  uint64_t name_length;
  int32_t (*rename)(void* user, const char* name, size_t name_length, duramen_string** out, duramen_error** error);
  void* user;
  duramen_destroy destroy;
} duramen_rename_callback;
typedef struct duramen_load_policy {
  uint32_t struct_size;
  uint32_t reserved;
  const char* pattern;
  uint64_t pattern_length;
  uint64_t policy;
} duramen_load_policy;
typedef struct duramen_load_options {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t policy;
  const duramen_rename_rules* rename;
  const duramen_load_policy* policies;
  uint64_t policy_count;
} duramen_load_options;
typedef struct duramen_module_hook {
  uint32_t struct_size;
  uint32_t reserved;
  int32_t (*register_parameter)(void* user, duramen_module* module, const char* name, size_t name_length, duramen_tensor* tensor, duramen_tensor** replacement, duramen_error** error);
  int32_t (*register_buffer)(void* user, duramen_module* module, const char* name, size_t name_length, duramen_tensor* tensor, duramen_tensor** replacement, duramen_error** error);
  int32_t (*register_child)(void* user, duramen_module* module, const char* name, size_t name_length, duramen_module* child, duramen_module** replacement, duramen_error** error);
  int32_t (*before_state_dict)(void* user, const duramen_module* module, const char* prefix, size_t prefix_length, uint64_t flags, duramen_error** error);
  int32_t (*after_state_dict)(void* user, const duramen_module* module, duramen_state_dict* dict, const char* prefix, size_t prefix_length, duramen_error** error);
  int32_t (*before_load)(void* user, duramen_module* module, duramen_state_dict* dict, const char* prefix, size_t prefix_length, duramen_load_notes* notes, duramen_error** error);
  int32_t (*after_load)(void* user, duramen_module* module, const char* prefix, size_t prefix_length, duramen_load_notes* notes, duramen_error** error);
  void* user;
  duramen_destroy destroy;
} duramen_module_hook;
typedef struct duramen_call_hook {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t flags;
  int32_t (*before_forward)(void* user, duramen_context* context, duramen_module* module, const duramen_value* arguments, const duramen_value* keywords, duramen_value** new_tuple, duramen_value** new_dict, duramen_error** error);
  int32_t (*after_forward)(void* user, duramen_context* context, duramen_module* module, const duramen_value* arguments, const duramen_value* keywords, const duramen_value* output, duramen_value** replacement, duramen_error** error);
  int32_t (*before_backward)(void* user, duramen_context* context, duramen_module* module, duramen_tensor* const* output_grads, size_t output_count, duramen_tensor** replacements, duramen_error** error);
  int32_t (*after_backward)(void* user, duramen_context* context, duramen_module* module, duramen_tensor* const* input_grads, size_t input_count, duramen_tensor* const* output_grads, size_t output_count, duramen_tensor** replacements, duramen_error** error);
  void* user;
  duramen_destroy destroy;
} duramen_call_hook;
typedef struct duramen_limits {
  uint32_t struct_size;
  uint32_t max_depth;
  uint64_t max_entries;
  uint64_t max_header_bytes;
  uint64_t max_tensor_bytes;
  uint64_t max_total_bytes;
} duramen_limits;
typedef struct duramen_open_options {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t flags;
  const duramen_limits* limits;
} duramen_open_options;
typedef struct duramen_save_options {
  uint32_t struct_size;
  int32_t format;
  int32_t durability;
  uint32_t alignment;
  uint64_t max_shard_bytes;
} duramen_save_options;
typedef struct duramen_difference {
  const char* name;
  uint64_t name_length;
  uint64_t what;
  duramen_dtype a_dtype;
  duramen_dtype b_dtype;
  uint32_t a_rank;
  uint32_t b_rank;
  uint32_t has_distance;
  uint32_t reserved;
  const int64_t* a_shape;
  const int64_t* b_shape;
  uint64_t different;
  uint64_t a_nan_count;
  uint64_t b_nan_count;
  uint64_t nan_in_one;
  double distance;
} duramen_difference;
typedef struct duramen_file_entry {
  const char* name;
  uint64_t name_length;
  const int64_t* shape;
  const int64_t* strides;
  uint64_t nbytes;
  uint64_t offset;
  uint64_t first_storage_index;
  const duramen_value* value;
  duramen_dtype dtype;
  uint32_t rank;
} duramen_file_entry;
typedef struct duramen_function_type {
  uint32_t struct_size;
  uint32_t output_count;
  uint64_t flags;
  const char* name;
  uint64_t name_length;
  int32_t (*forward)(void* user, duramen_context* context, duramen_function_state* state, duramen_tensor* const* inputs, size_t input_count, duramen_tensor** outputs, size_t output_count, duramen_error** error);
  int32_t (*backward)(void* user, duramen_context* context, duramen_function_state* state, duramen_tensor* const* output_grads, size_t output_count, duramen_tensor** input_grads, size_t input_count, duramen_error** error);
  duramen_destroy destroy;
} duramen_function_type;
typedef struct duramen_module_class {
  uint32_t struct_size;
  uint32_t reserved;
  const char* name;
  uint64_t name_length;
  int64_t version;
  int32_t (*forward)(void* user, duramen_context* context, duramen_module* module, const duramen_value* arguments, const duramen_value* keywords, duramen_value** out, duramen_error** error);
  int32_t (*clone)(void* user, duramen_context* context, const duramen_module* module, void** out_user, duramen_error** error);
  int32_t (*extra_repr)(void* user, const duramen_module* module, duramen_string** out, duramen_error** error);
  int32_t (*get_extra_state)(void* user, const duramen_module* module, duramen_value** out, duramen_error** error);
  int32_t (*set_extra_state)(void* user, duramen_context* context, duramen_module* module, const duramen_value* state, duramen_error** error);
  duramen_destroy destroy;
} duramen_module_class;
typedef struct duramen_text_options {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t flags;
  const duramen_scope* scope;
  const duramen_value* arguments;
} duramen_text_options;
typedef int32_t (*duramen_read_at)(void* user, uint64_t offset, void* buffer, size_t nbytes, duramen_error** error);
typedef int32_t (*duramen_write)(void* user, const void* data, size_t nbytes, duramen_error** error);
typedef struct duramen_blend_options {
  uint32_t struct_size;
  int32_t buffers;
  const char* include;
  uint64_t include_length;
  const char* exclude;
  uint64_t exclude_length;
} duramen_blend_options;

enum {
  DURAMEN_OK = 0,
  DURAMEN_E_INVALID_ARGUMENT = -1,
  DURAMEN_E_NOT_FOUND = -2,
  DURAMEN_E_ALREADY_EXISTS = -3,
  DURAMEN_E_SHAPE_MISMATCH = -4,
  DURAMEN_E_DTYPE_MISMATCH = -5,
  DURAMEN_E_STATE = -6,
  DURAMEN_E_READ_ONLY = -7,
  DURAMEN_E_UNSUPPORTED = -8,
  DURAMEN_E_BUFFER_TOO_SMALL = -9,
  DURAMEN_E_LIMIT = -10,
  DURAMEN_E_IO = -11,
  DURAMEN_E_CORRUPT = -12,
  DURAMEN_E_INCOMPATIBLE = -13,
  DURAMEN_E_CANCELLED = -14,
  DURAMEN_E_NO_MEMORY = -15,
  DURAMEN_E_BAD_HANDLE = -16,
  DURAMEN_E_INTERNAL = -17
};
enum {
  DURAMEN_DTYPE_INVALID = 0,
  DURAMEN_DTYPE_FLOAT64 = 1,
  DURAMEN_DTYPE_FLOAT32 = 2,
  DURAMEN_DTYPE_FLOAT16 = 3,
  DURAMEN_DTYPE_BFLOAT16 = 4,
  DURAMEN_DTYPE_FLOAT8_E4M3FN = 5,
  DURAMEN_DTYPE_FLOAT8_E5M2 = 6,
  DURAMEN_DTYPE_FLOAT8_E4M3FNUZ = 7,
  DURAMEN_DTYPE_FLOAT8_E5M2FNUZ = 8,
  DURAMEN_DTYPE_FLOAT8_E8M0FNU = 9,
  DURAMEN_DTYPE_INT64 = 10,
  DURAMEN_DTYPE_INT32 = 11,
  DURAMEN_DTYPE_INT16 = 12,
  DURAMEN_DTYPE_INT8 = 13,
  DURAMEN_DTYPE_UINT64 = 14,
  DURAMEN_DTYPE_UINT32 = 15,
  DURAMEN_DTYPE_UINT16 = 16,
  DURAMEN_DTYPE_UINT8 = 17,
  DURAMEN_DTYPE_BOOL = 18,
  DURAMEN_DTYPE_COMPLEX32 = 19,
  DURAMEN_DTYPE_COMPLEX64 = 20,
  DURAMEN_DTYPE_COMPLEX128 = 21,
  DURAMEN_DTYPE_FLOAT4_E2M1FN_X2 = 22,
  DURAMEN_DTYPE_FLOAT6_E2M3 = 23,
  DURAMEN_DTYPE_FLOAT6_E3M2 = 24,
  DURAMEN_DTYPE_QINT8 = 25,
  DURAMEN_DTYPE_QUINT8 = 26,
  DURAMEN_DTYPE_QINT32 = 27,
  DURAMEN_DTYPE_QUINT4X2 = 28,
  DURAMEN_DTYPE_QUINT2X4 = 29
};
enum {
  DURAMEN_LOG_ERROR = 1,
  DURAMEN_LOG_WARNING = 2,
  DURAMEN_LOG_INFO = 3,
  DURAMEN_LOG_DEBUG = 4
};
enum {
  DURAMEN_IMPORT_COPY = 0,
  DURAMEN_IMPORT_VIEW = 1,
  DURAMEN_IMPORT_VIEW_CONST = 2
};
enum {
  DURAMEN_BACKWARD_RETAIN_GRAPH = 1,
  DURAMEN_BACKWARD_CREATE_GRAPH = 2
};
enum {
  DURAMEN_VALUE_INVALID = 0,
  DURAMEN_VALUE_NONE = 1,
  DURAMEN_VALUE_BOOL = 2,
  DURAMEN_VALUE_INT = 3,
  DURAMEN_VALUE_FLOAT = 4,
  DURAMEN_VALUE_COMPLEX = 5,
  DURAMEN_VALUE_TEXT = 6,
  DURAMEN_VALUE_BYTES = 7,
  DURAMEN_VALUE_TENSOR = 8,
  DURAMEN_VALUE_LIST = 9,
  DURAMEN_VALUE_TUPLE = 10,
  DURAMEN_VALUE_DICT = 11,
  DURAMEN_VALUE_OPAQUE = 12,
  DURAMEN_VALUE_BIG_INT = 13
};
enum {
  DURAMEN_KIND_PARAMETER = 1,
  DURAMEN_KIND_BUFFER = 2,
  DURAMEN_KIND_MODULE = 4,
  DURAMEN_KIND_CHILD = 8,
  DURAMEN_KIND_EXTRA_STATE = 16,
  DURAMEN_KIND_UNKNOWN = 32
};
enum {
  DURAMEN_LIST_NO_RECURSE = 1,
  DURAMEN_LIST_KEEP_DUPLICATES = 2,
  DURAMEN_LIST_ONLY_TRAINABLE = 4,
  DURAMEN_LIST_ONLY_PERSISTENT = 8,
  DURAMEN_LIST_INCLUDE_NONE = 16,
  DURAMEN_LIST_ONLY_FROZEN = 32
};
enum {
  DURAMEN_ENTRY_PERSISTENT = 1,
  DURAMEN_ENTRY_REQUIRES_GRAD = 2,
  DURAMEN_ENTRY_UNINITIALIZED = 4
};
enum {
  DURAMEN_CONVERT_FLOATING_AND_COMPLEX = 1,
  DURAMEN_CONVERT_FLOATING = 2,
  DURAMEN_CONVERT_ALL = 3
};
enum {
  DURAMEN_STATE_KEEP_VARS = 1
};
enum {
  DURAMEN_RENAME_STRIP = 1,
  DURAMEN_RENAME_ADD = 2,
  DURAMEN_RENAME_REPLACE = 3,
  DURAMEN_RENAME_EXACT = 4,
  DURAMEN_RENAME_GLOB = 5,
  DURAMEN_RENAME_PRESET = 6
};
enum {
  DURAMEN_LOAD_ALLOW_MISSING = 1,
  DURAMEN_LOAD_ALLOW_UNEXPECTED = 2,
  DURAMEN_LOAD_SKIP_MISMATCHED = 4,
  DURAMEN_LOAD_REQUIRE_DTYPE = 8,
  DURAMEN_LOAD_ASSIGN = 16,
  DURAMEN_LOAD_PARTIAL = 32,
  DURAMEN_LOAD_ADOPT = 64,
  DURAMEN_LOAD_SLICE_MISMATCHED = 128,
  DURAMEN_LOAD_ALLOW_TIED = 256
};
enum {
  DURAMEN_LOAD_ITEM_MISSING = 1,
  DURAMEN_LOAD_ITEM_UNEXPECTED = 2,
  DURAMEN_LOAD_ITEM_SHAPE_MISMATCH = 3,
  DURAMEN_LOAD_ITEM_DTYPE_MISMATCH = 4,
  DURAMEN_LOAD_ITEM_NOT_A_TENSOR = 5,
  DURAMEN_LOAD_ITEM_DEFAULTED = 6,
  DURAMEN_LOAD_ITEM_FAILED = 7,
  DURAMEN_LOAD_ITEM_ADOPTED = 8,
  DURAMEN_LOAD_ITEM_TIED = 9,
  DURAMEN_LOAD_ITEM_IGNORED = 10,
  DURAMEN_LOAD_ITEM_RENAMED = 11,
  DURAMEN_LOAD_ITEM_SLICED = 12
};
enum {
  DURAMEN_CALL_HOOK_FIRST = 1,
  DURAMEN_CALL_HOOK_ALWAYS = 2
};
enum {
  DURAMEN_OPEN_READ = 1,
  DURAMEN_OPEN_VERIFY = 2,
  DURAMEN_OPEN_DEQUANTIZE = 4
};
enum {
  DURAMEN_FORMAT_AUTOMATIC = 0,
  DURAMEN_FORMAT_SAFETENSORS = 1,
  DURAMEN_FORMAT_TORCH = 2,
  DURAMEN_FORMAT_NPY = 3,
  DURAMEN_FORMAT_NPZ = 4,
  DURAMEN_FORMAT_GGUF = 5,
  DURAMEN_FORMAT_DCP = 6
};
enum {
  DURAMEN_DURABILITY_DURABLE = 0,
  DURAMEN_DURABILITY_ATOMIC = 1
};
enum {
  DURAMEN_DIFF_ONLY_A = 1,
  DURAMEN_DIFF_ONLY_B = 2,
  DURAMEN_DIFF_VALUE = 4,
  DURAMEN_DIFF_SHAPE = 8,
  DURAMEN_DIFF_DTYPE = 16,
  DURAMEN_DIFF_ELEMENTS = 32
};
enum {
  DURAMEN_FUNCTION_NULL_GRADS = 1
};
enum {
  DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS = 1
};
enum {
  DURAMEN_REDUCTION_MEAN = 0,
  DURAMEN_REDUCTION_SUM = 1,
  DURAMEN_REDUCTION_NONE = 2
};
enum {
  DURAMEN_BUFFERS_COPY = 0,
  DURAMEN_BUFFERS_LERP = 1,
  DURAMEN_BUFFERS_SKIP = 2
};
enum {
  DURAMEN_FLAT_TRAINABLE = 1,
  DURAMEN_FLAT_GRADIENTS = 2,
  DURAMEN_FLAT_COPY = 4
};

uint32_t duramen_api_level(void);
uint32_t duramen_abi_epoch(void);
const char* duramen_version_string(void);
uint32_t duramen_feature_supported(const char* name, size_t name_length);
const char* duramen_status_name(duramen_status status);
duramen_status duramen_check_compat(uint32_t header_level, uint32_t header_epoch, duramen_error** error);
const char* duramen_dtype_name(duramen_dtype dtype);
uint32_t duramen_dtype_bits(duramen_dtype dtype);
duramen_dtype duramen_dtype_from_name(const char* name, size_t name_length);
duramen_status duramen_error_status(const duramen_error* error);
const char* duramen_error_message(const duramen_error* error, size_t* length);
const char* duramen_error_detail(const duramen_error* error, const char* key, size_t key_length, size_t* length);
size_t duramen_error_detail_count(const duramen_error* error);
const char* duramen_error_detail_key(const duramen_error* error, size_t index, size_t* length);
const char* duramen_error_detail_value(const duramen_error* error, size_t index, size_t* length);
const duramen_error* duramen_error_cause(const duramen_error* error);
duramen_status duramen_error_create(duramen_status status, const char* message, size_t message_length, duramen_error** out);
duramen_error* duramen_error_retain(const duramen_error* error);
void duramen_error_release(duramen_error* error);
const char* duramen_string_data(const duramen_string* string, size_t* length);
duramen_status duramen_string_create(const char* text, size_t text_length, duramen_string** out, duramen_error** error);
duramen_string* duramen_string_retain(const duramen_string* string);
void duramen_string_release(duramen_string* string);
size_t duramen_string_list_count(const duramen_string_list* list);
const char* duramen_string_list_item(const duramen_string_list* list, size_t index, size_t* length);
duramen_string_list* duramen_string_list_retain(const duramen_string_list* list);
void duramen_string_list_release(duramen_string_list* list);
duramen_status duramen_context_options_init(duramen_context_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_context_create(const duramen_context_options* options, duramen_context** out, duramen_error** error);
uint32_t duramen_context_num_threads(const duramen_context* context);
duramen_status duramen_context_seed(duramen_context* context, uint64_t seed, duramen_error** error);
uint64_t duramen_context_initial_seed(const duramen_context* context);
duramen_status duramen_context_generator_state(const duramen_context* context, uint8_t* buffer, size_t capacity, size_t* nbytes, duramen_error** error);
duramen_status duramen_context_set_generator_state(duramen_context* context, const uint8_t* state, size_t nbytes, duramen_error** error);
uint32_t duramen_context_grad_enabled(const duramen_context* context);
duramen_status duramen_context_set_grad_enabled(duramen_context* context, uint32_t enabled, duramen_error** error);
duramen_dtype duramen_context_default_dtype(const duramen_context* context);
duramen_status duramen_context_set_default_dtype(duramen_context* context, duramen_dtype dtype, duramen_error** error);
void duramen_context_cancel(duramen_context* context);
void duramen_context_reset_cancel(duramen_context* context);
uint32_t duramen_context_is_cancelled(const duramen_context* context);
duramen_status duramen_context_set_log(duramen_context* context, const duramen_log_sink* log, duramen_error** error);
duramen_status duramen_context_set_progress(duramen_context* context, const duramen_progress_sink* progress, duramen_error** error);
duramen_status duramen_context_allocator_statistics(const duramen_context* context, duramen_allocator_statistics* out, duramen_error** error);
duramen_status duramen_context_trim(duramen_context* context, duramen_error** error);
duramen_status duramen_context_blas_info(duramen_context* context, duramen_string** out, duramen_error** error);
duramen_status duramen_build_info(duramen_string** out, duramen_error** error);
duramen_context* duramen_context_retain(duramen_context* context);
void duramen_context_release(duramen_context* context);
duramen_status duramen_import_options_init(duramen_import_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_tensor_import(duramen_context* context, const duramen_import_options* options, duramen_tensor** out, duramen_error** error);
duramen_status duramen_tensor_empty(duramen_context* context, duramen_dtype dtype, const int64_t* shape, size_t rank, duramen_tensor** out, duramen_error** error);
duramen_status duramen_tensor_zeros(duramen_context* context, duramen_dtype dtype, const int64_t* shape, size_t rank, duramen_tensor** out, duramen_error** error);
duramen_status duramen_tensor_full(duramen_context* context, duramen_dtype dtype, const int64_t* shape, size_t rank, double value, duramen_tensor** out, duramen_error** error);
duramen_status duramen_parameter_create(const duramen_tensor* data, uint32_t requires_grad, duramen_tensor** out, duramen_error** error);
duramen_dtype duramen_tensor_dtype(const duramen_tensor* tensor);
size_t duramen_tensor_rank(const duramen_tensor* tensor);
int64_t duramen_tensor_numel(const duramen_tensor* tensor);
uint64_t duramen_tensor_nbytes(const duramen_tensor* tensor);
duramen_status duramen_tensor_shape(const duramen_tensor* tensor, int64_t* buffer, size_t capacity, size_t* rank, duramen_error** error);
duramen_status duramen_tensor_strides(const duramen_tensor* tensor, int64_t* buffer, size_t capacity, size_t* rank, duramen_error** error);
int64_t duramen_tensor_offset(const duramen_tensor* tensor);
uint32_t duramen_tensor_is_contiguous(const duramen_tensor* tensor);
uint32_t duramen_tensor_is_parameter(const duramen_tensor* tensor);
int32_t duramen_tensor_device_type(const duramen_tensor* tensor);
uint64_t duramen_tensor_storage_id(const duramen_tensor* tensor);
uint64_t duramen_tensor_version(const duramen_tensor* tensor);
duramen_status duramen_tensor_data_const(const duramen_tensor* tensor, const void** out, duramen_error** error);
duramen_status duramen_tensor_data_mut(duramen_tensor* tensor, void** out, duramen_error** error);
duramen_status duramen_tensor_item(const duramen_tensor* tensor, const int64_t* index, size_t index_count, double* out, duramen_error** error);
duramen_status duramen_tensor_read(duramen_context* context, const duramen_tensor* tensor, duramen_dtype dtype, void* buffer, size_t nbytes, duramen_error** error);
duramen_status duramen_tensor_copy_from(duramen_context* context, duramen_tensor* tensor, const duramen_tensor* source, duramen_error** error);
duramen_status duramen_tensor_fill(duramen_context* context, duramen_tensor* tensor, double value, duramen_error** error);
duramen_status duramen_tensor_fill_uniform(duramen_context* context, duramen_tensor* tensor, double from, double to, duramen_error** error);
duramen_status duramen_tensor_fill_normal(duramen_context* context, duramen_tensor* tensor, double mean, double deviation, duramen_error** error);
duramen_status duramen_tensor_clone(duramen_context* context, duramen_tensor* tensor, duramen_tensor** out, duramen_error** error);
duramen_tensor* duramen_tensor_retain(duramen_tensor* tensor);
void duramen_tensor_release(duramen_tensor* tensor);
duramen_status duramen_backward_options_init(duramen_backward_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_tensor_backward(duramen_context* context, duramen_tensor* tensor, const duramen_tensor* gradient, const duramen_backward_options* options, duramen_error** error);
uint32_t duramen_tensor_requires_grad(const duramen_tensor* tensor);
duramen_status duramen_tensor_set_requires_grad(duramen_tensor* tensor, uint32_t requires_grad, duramen_error** error);
uint32_t duramen_tensor_is_leaf(const duramen_tensor* tensor);
duramen_status duramen_tensor_grad(const duramen_tensor* tensor, duramen_tensor** out, duramen_error** error);
duramen_status duramen_tensor_set_grad(duramen_tensor* tensor, duramen_tensor* grad, duramen_error** error);
duramen_status duramen_tensor_grad_fn_name(const duramen_tensor* tensor, duramen_string** out, duramen_error** error);
duramen_status duramen_tensor_detach(duramen_context* context, duramen_tensor* tensor, duramen_tensor** out, duramen_error** error);
duramen_status duramen_value_create_none(duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_bool(uint32_t value, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_int(int64_t value, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_big_int(const char* digits, size_t digits_length, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_float(double value, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_complex(double real, double imag, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_text(const char* text, size_t text_length, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_bytes(const void* bytes, size_t nbytes, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_tensor(duramen_tensor* tensor, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_list(const duramen_value* const* items, size_t count, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_tuple(const duramen_value* const* items, size_t count, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_dict(const duramen_value* const* keys, const duramen_value* const* items, size_t count, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_ordered_dict(const duramen_value* const* keys, const duramen_value* const* items, size_t count, duramen_value** out, duramen_error** error);
duramen_status duramen_value_create_dict_with_attributes(const duramen_value* const* keys, const duramen_value* const* items, size_t count, const duramen_value* attributes, duramen_value** out, duramen_error** error);
duramen_status duramen_value_item_names(const duramen_value* value, duramen_string_list** out, duramen_error** error);
int32_t duramen_value_kind(const duramen_value* value);
const char* duramen_value_kind_name(int32_t kind);
uint32_t duramen_value_bool(const duramen_value* value);
int64_t duramen_value_int(const duramen_value* value);
double duramen_value_float(const duramen_value* value);
double duramen_value_imag(const duramen_value* value);
const char* duramen_value_text(const duramen_value* value, size_t* length);
const void* duramen_value_bytes(const duramen_value* value, size_t* nbytes);
duramen_tensor* duramen_value_tensor(const duramen_value* value);
size_t duramen_value_count(const duramen_value* value);
const duramen_value* duramen_value_item(const duramen_value* value, size_t index);
const duramen_value* duramen_value_key(const duramen_value* value, size_t index);
const duramen_value* duramen_value_find(const duramen_value* value, const char* key, size_t key_length);
const char* duramen_value_class_name(const duramen_value* value, size_t* length);
const duramen_value* duramen_value_attributes(const duramen_value* value);
duramen_value* duramen_value_retain(const duramen_value* value);
void duramen_value_release(duramen_value* value);
duramen_status duramen_list_options_init(duramen_list_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_module_list(const duramen_module* module, const duramen_list_options* options, duramen_listing** out, duramen_error** error);
const duramen_entry* duramen_listing_entries(const duramen_listing* listing, size_t* count, size_t* stride);
const duramen_entry* duramen_listing_find(const duramen_listing* listing, const char* name, size_t name_length);
duramen_status duramen_pattern_match(const char* patterns, size_t patterns_length, const char* name, size_t name_length, uint32_t* out, duramen_error** error);
duramen_listing* duramen_listing_retain(const duramen_listing* listing);
void duramen_listing_release(duramen_listing* listing);
duramen_status duramen_scope_create(duramen_scope** out, duramen_error** error);
duramen_status duramen_scope_set_tensor(duramen_scope* scope, const char* name, size_t name_length, duramen_tensor* tensor, duramen_error** error);
duramen_status duramen_scope_set_module(duramen_scope* scope, const char* name, size_t name_length, duramen_module* module, duramen_error** error);
duramen_scope* duramen_scope_retain(duramen_scope* scope);
void duramen_scope_release(duramen_scope* scope);
duramen_status duramen_module_from_text(duramen_context* context, const char* text, size_t text_length, duramen_module** out, duramen_error** error);
duramen_status duramen_registry_describe(duramen_string** out, duramen_error** error);
const char* duramen_module_class_name(const duramen_module* module, size_t* length);
duramen_status duramen_module_repr(const duramen_module* module, duramen_string** out, duramen_error** error);
duramen_status duramen_module_register_parameter(duramen_module* module, const char* name, size_t name_length, duramen_tensor* tensor, duramen_error** error);
duramen_status duramen_module_register_buffer(duramen_module* module, const char* name, size_t name_length, duramen_tensor* tensor, uint32_t persistent, duramen_error** error);
duramen_status duramen_module_register_child(duramen_module* module, const char* name, size_t name_length, duramen_module* child, duramen_error** error);
duramen_status duramen_module_remove(duramen_module* module, const char* name, size_t name_length, duramen_error** error);
duramen_status duramen_module_assign_tensor(duramen_module* module, const char* name, size_t name_length, duramen_tensor* tensor, duramen_error** error);
duramen_status duramen_module_assign_module(duramen_module* module, const char* name, size_t name_length, duramen_module* child, duramen_error** error);
duramen_status duramen_module_get_submodule(const duramen_module* module, const char* path, size_t path_length, duramen_module** out, duramen_error** error);
duramen_status duramen_module_get_parameter(const duramen_module* module, const char* path, size_t path_length, duramen_tensor** out, duramen_error** error);
duramen_status duramen_module_get_buffer(const duramen_module* module, const char* path, size_t path_length, duramen_tensor** out, duramen_error** error);
duramen_status duramen_module_set_submodule(duramen_module* module, const char* path, size_t path_length, duramen_module* child, uint32_t strict, duramen_error** error);
duramen_status duramen_module_forward(duramen_context* context, duramen_module* module, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_module_forward_many(duramen_context* context, duramen_module* module, duramen_tensor* const* inputs, size_t count, duramen_tensor** out, duramen_error** error);
duramen_status duramen_module_call(duramen_context* context, duramen_module* module, const duramen_value* arguments, const duramen_value* keywords, duramen_value** out, duramen_error** error);
uint32_t duramen_module_is_training(const duramen_module* module);
duramen_status duramen_module_train(duramen_module* module, uint32_t training, duramen_error** error);
duramen_status duramen_module_set_requires_grad(duramen_module* module, uint32_t requires_grad, duramen_error** error);
duramen_status duramen_module_zero_grad(duramen_module* module, uint32_t set_to_none, duramen_error** error);
duramen_status duramen_module_reset_parameters(duramen_context* context, duramen_module* module, duramen_error** error);
duramen_status duramen_module_initialize_parameters(duramen_context* context, duramen_module* module, const duramen_tensor* input, duramen_error** error);
duramen_status duramen_module_reset_running_stats(duramen_module* module, duramen_error** error);
duramen_status duramen_module_deepcopy(duramen_context* context, const duramen_module* module, duramen_module** out, duramen_error** error);
duramen_status duramen_module_to_dtype(duramen_context* context, duramen_module* module, duramen_dtype dtype, duramen_error** error);
duramen_status duramen_module_convert(duramen_context* context, duramen_module* module, duramen_dtype dtype, int32_t which, duramen_error** error);
duramen_status duramen_module_apply(duramen_module* module, duramen_module_visit visit, void* user, duramen_error** error);
duramen_status duramen_module_set_attachment(duramen_module* module, const void* owner, void* user, duramen_destroy destroy, duramen_error** error);
duramen_status duramen_module_attachment(const duramen_module* module, const void* owner, void** out, duramen_error** error);
duramen_module* duramen_module_retain(duramen_module* module);
void duramen_module_release(duramen_module* module);
duramen_status duramen_state_dict_create(duramen_state_dict** out, duramen_error** error);
duramen_status duramen_module_state_dict(const duramen_module* module, const char* prefix, size_t prefix_length, uint64_t flags, duramen_state_dict** out, duramen_error** error);
duramen_status duramen_module_add_state_dict(const duramen_module* module, duramen_state_dict* dict, const char* prefix, size_t prefix_length, uint64_t flags, duramen_error** error);
duramen_status duramen_state_dict_snapshot(duramen_context* context, const duramen_state_dict* dict, duramen_state_dict** out, duramen_error** error);
duramen_status duramen_state_dict_copy(const duramen_state_dict* dict, duramen_state_dict** out, duramen_error** error);
duramen_status duramen_state_dict_from_value(const duramen_value* value, const char* select, size_t select_length, duramen_state_dict** out, duramen_error** error);
duramen_status duramen_state_dict_to_value(const duramen_state_dict* dict, duramen_value** out, duramen_error** error);
duramen_status duramen_state_dict_list(const duramen_state_dict* dict, const duramen_list_options* options, duramen_listing** out, duramen_error** error);
size_t duramen_state_dict_count(const duramen_state_dict* dict);
duramen_status duramen_state_dict_get_tensor(const duramen_state_dict* dict, const char* name, size_t name_length, duramen_tensor** out, duramen_error** error);
duramen_status duramen_state_dict_get_value(const duramen_state_dict* dict, const char* name, size_t name_length, duramen_value** out, duramen_error** error);
duramen_status duramen_state_dict_set_tensor(duramen_state_dict* dict, const char* name, size_t name_length, duramen_tensor* tensor, duramen_error** error);
duramen_status duramen_state_dict_set_value(duramen_state_dict* dict, const char* name, size_t name_length, const duramen_value* value, duramen_error** error);
duramen_status duramen_state_dict_remove(duramen_state_dict* dict, const char* name, size_t name_length, duramen_error** error);
duramen_status duramen_state_dict_strip_prefix(duramen_state_dict* dict, const char* prefix, size_t prefix_length, duramen_error** error);
uint32_t duramen_state_dict_has_versions(const duramen_state_dict* dict);
duramen_status duramen_state_dict_version(const duramen_state_dict* dict, const char* path, size_t path_length, int64_t* out, duramen_error** error);
duramen_status duramen_state_dict_set_version(duramen_state_dict* dict, const char* path, size_t path_length, int64_t version, duramen_error** error);
duramen_status duramen_state_dict_version_paths(const duramen_state_dict* dict, duramen_string_list** out, duramen_error** error);
duramen_status duramen_state_dict_metadata(const duramen_state_dict* dict, const char* key, size_t key_length, duramen_string** out, duramen_error** error);
duramen_status duramen_state_dict_set_metadata(duramen_state_dict* dict, const char* key, size_t key_length, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_state_dict_metadata_keys(const duramen_state_dict* dict, duramen_string_list** out, duramen_error** error);
duramen_state_dict* duramen_state_dict_retain(duramen_state_dict* dict);
void duramen_state_dict_release(duramen_state_dict* dict);
duramen_status duramen_rename_rules_create(duramen_rename_rules** out, duramen_error** error);
duramen_status duramen_rename_rules_add(duramen_rename_rules* rules, int32_t kind, const char* from, size_t from_length, const char* to, size_t to_length, duramen_error** error);
duramen_status duramen_rename_rules_add_text(duramen_rename_rules* rules, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_rename_rules_add_callback(duramen_rename_rules* rules, const duramen_rename_callback* callback, duramen_error** error);
size_t duramen_rename_rules_count(const duramen_rename_rules* rules);
duramen_status duramen_rename_rules_list(const duramen_rename_rules* rules, duramen_string_list** out, duramen_error** error);
duramen_status duramen_rename_preset_list(duramen_string_list** out, duramen_error** error);
duramen_status duramen_rename_preset_describe(const char* name, size_t name_length, duramen_string** out, duramen_error** error);
duramen_status duramen_state_dict_rename(const duramen_state_dict* dict, const duramen_rename_rules* rules, duramen_state_dict** out, duramen_error** error);
duramen_rename_rules* duramen_rename_rules_retain(duramen_rename_rules* rules);
void duramen_rename_rules_release(duramen_rename_rules* rules);
duramen_status duramen_load_options_init(duramen_load_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_module_load_state_dict(duramen_context* context, duramen_module* module, const duramen_state_dict* dict, const duramen_load_options* options, duramen_load_report** report, duramen_error** error);
duramen_status duramen_module_match(const duramen_module* module, const duramen_state_dict* dict, const duramen_load_options* options, duramen_load_report** out, duramen_error** error);
duramen_status duramen_rename_rules_preview(const duramen_rename_rules* rules, const duramen_state_dict* dict, duramen_load_report** out, duramen_error** error);
const duramen_load_report* duramen_error_load_report(const duramen_error* error);
size_t duramen_load_report_loaded(const duramen_load_report* report);
size_t duramen_load_report_count(const duramen_load_report* report, int32_t kind);
int32_t duramen_load_report_kind(const duramen_load_report* report, size_t index);
const char* duramen_load_report_name(const duramen_load_report* report, size_t index, size_t* length);
const char* duramen_load_report_text(const duramen_load_report* report, size_t index, size_t* length);
const char* duramen_load_report_nearest(const duramen_load_report* report, size_t index, size_t* length);
uint32_t duramen_load_report_is_error(const duramen_load_report* report, size_t index);
const char* duramen_load_report_origin(const duramen_load_report* report, size_t index, size_t* length);
const char* duramen_load_report_rule(const duramen_load_report* report, size_t index, size_t* length);
const char* duramen_load_report_suggestion(const duramen_load_report* report, size_t* length);
size_t duramen_load_report_suggestion_count(const duramen_load_report* report);
duramen_status duramen_load_report_describe(const duramen_load_report* report, size_t most, duramen_string** out, duramen_error** error);
const int64_t* duramen_load_report_expected_shape(const duramen_load_report* report, size_t index, size_t* rank);
const int64_t* duramen_load_report_actual_shape(const duramen_load_report* report, size_t index, size_t* rank);
duramen_dtype duramen_load_report_expected_dtype(const duramen_load_report* report, size_t index);
duramen_dtype duramen_load_report_actual_dtype(const duramen_load_report* report, size_t index);
duramen_status duramen_load_report_torch_message(const duramen_load_report* report, uint32_t strict, duramen_string** out, duramen_error** error);
duramen_load_report* duramen_load_report_retain(const duramen_load_report* report);
void duramen_load_report_release(duramen_load_report* report);
duramen_status duramen_module_add_hook(duramen_module* module, const duramen_module_hook* hook, uint64_t* out, duramen_error** error);
duramen_status duramen_module_remove_hook(duramen_module* module, uint64_t id, duramen_error** error);
duramen_status duramen_load_notes_list(const duramen_load_notes* notes, int32_t kind, duramen_string_list** out, duramen_error** error);
duramen_status duramen_load_notes_add(duramen_load_notes* notes, int32_t kind, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_load_notes_remove(duramen_load_notes* notes, int32_t kind, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_load_notes_clear(duramen_load_notes* notes, int32_t kind, duramen_error** error);
duramen_load_notes* duramen_load_notes_retain(duramen_load_notes* notes);
void duramen_load_notes_release(duramen_load_notes* notes);
duramen_status duramen_module_add_call_hook(duramen_module* module, const duramen_call_hook* hook, uint64_t* out, duramen_error** error);
uint32_t duramen_module_has_call_hooks(const duramen_module* module);
duramen_status duramen_open_options_init(duramen_open_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_limits_init(duramen_limits* limits, size_t struct_size, duramen_error** error);
duramen_status duramen_save_options_init(duramen_save_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_checkpoint_open(duramen_context* context, const char* path, size_t path_length, const duramen_open_options* options, duramen_checkpoint** out, duramen_error** error);
duramen_status duramen_checkpoint_from_memory(duramen_context* context, const void* data, size_t nbytes, const duramen_open_options* options, duramen_checkpoint** out, duramen_error** error);
const char* duramen_checkpoint_format(const duramen_checkpoint* checkpoint, size_t* length);
const char* duramen_checkpoint_property(const duramen_checkpoint* checkpoint, const char* key, size_t key_length, size_t* length);
const duramen_value* duramen_checkpoint_content(const duramen_checkpoint* checkpoint);
duramen_status duramen_checkpoint_state_dict(duramen_context* context, const duramen_checkpoint* checkpoint, const char* select, size_t select_length, duramen_state_dict** out, duramen_error** error);
duramen_status duramen_state_dict_save(duramen_context* context, const duramen_state_dict* dict, const char* path, size_t path_length, const duramen_save_options* options, duramen_error** error);
duramen_status duramen_value_save(duramen_context* context, const duramen_value* value, const char* path, size_t path_length, const duramen_save_options* options, duramen_error** error);
duramen_checkpoint* duramen_checkpoint_retain(const duramen_checkpoint* checkpoint);
void duramen_checkpoint_release(duramen_checkpoint* checkpoint);
duramen_status duramen_state_dict_diff(duramen_context* context, const duramen_state_dict* a, const duramen_state_dict* b, const duramen_list_options* options, duramen_diff** out, duramen_error** error);
const duramen_difference* duramen_diff_entries(const duramen_diff* diff, size_t* count, size_t* stride);
size_t duramen_diff_equal_count(const duramen_diff* diff);
duramen_status duramen_diff_json(const duramen_diff* diff, duramen_string** out, duramen_error** error);
duramen_diff* duramen_diff_retain(const duramen_diff* diff);
void duramen_diff_release(duramen_diff* diff);
duramen_status duramen_state_dict_digest(duramen_context* context, const duramen_state_dict* dict, const duramen_list_options* options, duramen_string** out, duramen_error** error);
duramen_status duramen_container_count(const duramen_module* module, size_t* out, duramen_error** error);
duramen_status duramen_container_keys(const duramen_module* module, duramen_string_list** out, duramen_error** error);
duramen_status duramen_container_get(const duramen_module* module, int64_t index, duramen_module** out, duramen_error** error);
duramen_status duramen_container_set(duramen_module* module, int64_t index, duramen_module* child, duramen_error** error);
duramen_status duramen_container_append(duramen_module* module, duramen_module* child, duramen_error** error);
duramen_status duramen_container_extend(duramen_module* module, duramen_module* const* children, size_t count, duramen_error** error);
duramen_status duramen_container_insert(duramen_module* module, int64_t index, duramen_module* child, duramen_error** error);
duramen_status duramen_container_pop(duramen_module* module, int64_t index, duramen_module** out, duramen_error** error);
duramen_status duramen_container_slice(const duramen_module* module, int64_t start, int64_t stop, int64_t step, duramen_module** out, duramen_error** error);
duramen_status duramen_container_remove_slice(duramen_module* module, int64_t start, int64_t stop, int64_t step, duramen_error** error);
duramen_status duramen_container_get_key(const duramen_module* module, const char* key, size_t key_length, duramen_module** out, duramen_error** error);
duramen_status duramen_container_set_key(duramen_module* module, const char* key, size_t key_length, duramen_module* child, duramen_error** error);
duramen_status duramen_container_pop_key(duramen_module* module, const char* key, size_t key_length, duramen_module** out, duramen_error** error);
duramen_status duramen_container_update(duramen_module* module, const duramen_module* from, duramen_error** error);
duramen_status duramen_container_clear(duramen_module* module, duramen_error** error);
duramen_status duramen_container_get_value(const duramen_module* module, const char* key, size_t key_length, duramen_value** out, duramen_error** error);
duramen_status duramen_container_set_value(duramen_module* module, const char* key, size_t key_length, const duramen_value* value, duramen_error** error);
duramen_status duramen_container_extend_values(duramen_module* module, const duramen_value* values, duramen_error** error);
duramen_status duramen_container_pop_value(duramen_module* module, const char* key, size_t key_length, duramen_value** out, duramen_error** error);
duramen_status duramen_tensor_to_dlpack(duramen_tensor* tensor, struct DLManagedTensorVersioned** out, duramen_error** error);
duramen_status duramen_tensor_to_dlpack_legacy(duramen_tensor* tensor, struct DLManagedTensor** out, duramen_error** error);
duramen_status duramen_tensor_from_dlpack_take(struct DLManagedTensorVersioned* managed, duramen_tensor** out, duramen_error** error);
duramen_status duramen_tensor_from_dlpack_legacy_take(struct DLManagedTensor* managed, duramen_tensor** out, duramen_error** error);
const char* duramen_checkpoint_metadata(const duramen_checkpoint* checkpoint, const char* key, size_t key_length, size_t* length);
duramen_status duramen_checkpoint_metadata_keys(const duramen_checkpoint* checkpoint, duramen_string_list** out, duramen_error** error);
duramen_status duramen_checkpoint_entries(const duramen_checkpoint* checkpoint, const duramen_file_entry** out, size_t* count, size_t* stride, duramen_error** error);
duramen_status duramen_checkpoint_tensor(duramen_context* context, const duramen_checkpoint* checkpoint, const char* name, size_t name_length, duramen_tensor** out, duramen_error** error);
duramen_status duramen_function_apply(duramen_context* context, const duramen_function_type* type, void* user, duramen_tensor* const* inputs, size_t input_count, duramen_tensor** out, duramen_error** error);
duramen_status duramen_function_apply_many(duramen_context* context, const duramen_function_type* type, void* user, duramen_tensor* const* inputs, size_t input_count, duramen_value** out, duramen_error** error);
duramen_status duramen_function_state_save_tensor(duramen_function_state* state, duramen_tensor* tensor, duramen_error** error);
duramen_status duramen_function_state_saved_tensor(const duramen_function_state* state, size_t index, duramen_tensor** out, duramen_error** error);
duramen_status duramen_function_state_set_value(duramen_function_state* state, const duramen_value* value, duramen_error** error);
duramen_status duramen_function_state_value(const duramen_function_state* state, duramen_value** out, duramen_error** error);
uint32_t duramen_function_state_needs_input_grad(const duramen_function_state* state, size_t index);
duramen_function_state* duramen_function_state_retain(duramen_function_state* state);
void duramen_function_state_release(duramen_function_state* state);
duramen_status duramen_tensor_fill_from_text(duramen_context* context, duramen_tensor* tensor, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_calculate_gain(const char* text, size_t text_length, double* out, duramen_error** error);
duramen_status duramen_module_create_custom(duramen_context* context, const duramen_module_class* type, void* user, duramen_module** out, duramen_error** error);
duramen_status duramen_module_derive(duramen_module* module, const duramen_module_class* type, void* user, duramen_error** error);
duramen_status duramen_module_call_base(duramen_context* context, duramen_module* module, const duramen_value* arguments, const duramen_value* keywords, duramen_value** out, duramen_error** error);
duramen_status duramen_module_extra_repr_base(const duramen_module* module, duramen_string** out, duramen_error** error);
duramen_status duramen_text_options_init(duramen_text_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_module_from_text_with(duramen_context* context, const char* text, size_t text_length, const duramen_text_options* options, duramen_module** out, duramen_value** unknown, duramen_error** error);
duramen_status duramen_module_text(const duramen_module* module, duramen_string** out, duramen_error** error);
duramen_status duramen_op_from_text(const char* text, size_t text_length, duramen_op** out, duramen_error** error);
const char* duramen_op_name(const duramen_op* op, size_t* length);
duramen_status duramen_op_apply(duramen_context* context, const duramen_op* op, const duramen_value* arguments, duramen_value** out, duramen_error** error);
duramen_status duramen_op_apply_tensors(duramen_context* context, const duramen_op* op, duramen_tensor* const* inputs, size_t count, duramen_tensor** out, duramen_error** error);
duramen_op* duramen_op_retain(const duramen_op* op);
void duramen_op_release(duramen_op* op);
duramen_status duramen_add(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out, duramen_error** error);
duramen_status duramen_sub(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out, duramen_error** error);
duramen_status duramen_mul(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out, duramen_error** error);
duramen_status duramen_div(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out, duramen_error** error);
duramen_status duramen_matmul(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out, duramen_error** error);
duramen_status duramen_linear(duramen_context* context, duramen_tensor* input, duramen_tensor* weight, duramen_tensor* bias, duramen_tensor** out, duramen_error** error);
duramen_status duramen_neg(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_exp(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_log(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_sqrt(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_relu(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_tanh(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_sigmoid(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_sum(duramen_context* context, duramen_tensor* input, const int64_t* dims, size_t dim_count, uint32_t keepdim, duramen_tensor** out, duramen_error** error);
duramen_status duramen_mean(duramen_context* context, duramen_tensor* input, const int64_t* dims, size_t dim_count, uint32_t keepdim, duramen_tensor** out, duramen_error** error);
duramen_status duramen_argmax(duramen_context* context, duramen_tensor* input, int64_t dim, uint32_t keepdim, duramen_tensor** out, duramen_error** error);
duramen_status duramen_reshape(duramen_context* context, duramen_tensor* input, const int64_t* shape, size_t rank, duramen_tensor** out, duramen_error** error);
duramen_status duramen_flatten(duramen_context* context, duramen_tensor* input, int64_t start_dim, int64_t end_dim, duramen_tensor** out, duramen_error** error);
duramen_status duramen_transpose(duramen_context* context, duramen_tensor* input, int64_t dim0, int64_t dim1, duramen_tensor** out, duramen_error** error);
duramen_status duramen_permute(duramen_context* context, duramen_tensor* input, const int64_t* dims, size_t dim_count, duramen_tensor** out, duramen_error** error);
duramen_status duramen_expand(duramen_context* context, duramen_tensor* input, const int64_t* shape, size_t rank, duramen_tensor** out, duramen_error** error);
duramen_status duramen_select(duramen_context* context, duramen_tensor* input, int64_t dim, int64_t index, duramen_tensor** out, duramen_error** error);
duramen_status duramen_slice(duramen_context* context, duramen_tensor* input, int64_t dim, int64_t start, int64_t stop, int64_t step, duramen_tensor** out, duramen_error** error);
duramen_status duramen_unsqueeze(duramen_context* context, duramen_tensor* input, int64_t dim, duramen_tensor** out, duramen_error** error);
duramen_status duramen_squeeze(duramen_context* context, duramen_tensor* input, int64_t dim, duramen_tensor** out, duramen_error** error);
duramen_status duramen_cat(duramen_context* context, duramen_tensor* const* inputs, size_t count, int64_t dim, duramen_tensor** out, duramen_error** error);
duramen_status duramen_contiguous(duramen_context* context, duramen_tensor* input, duramen_tensor** out, duramen_error** error);
duramen_status duramen_to_dtype(duramen_context* context, duramen_tensor* input, duramen_dtype dtype, duramen_tensor** out, duramen_error** error);
duramen_status duramen_dropout(duramen_context* context, duramen_tensor* input, double probability, uint32_t training, duramen_tensor** out, duramen_error** error);
duramen_status duramen_cross_entropy(duramen_context* context, duramen_tensor* input, duramen_tensor* target, int32_t reduction, duramen_tensor** out, duramen_error** error);
duramen_status duramen_mse_loss(duramen_context* context, duramen_tensor* input, duramen_tensor* target, int32_t reduction, duramen_tensor** out, duramen_error** error);
duramen_status duramen_optimizer_from_text(duramen_context* context, const char* text, size_t text_length, duramen_tensor* const* parameters, size_t count, duramen_optimizer** out, duramen_error** error);
const char* duramen_optimizer_class_name(const duramen_optimizer* optimizer, size_t* length);
duramen_status duramen_optimizer_step(duramen_context* context, duramen_optimizer* optimizer, duramen_error** error);
duramen_status duramen_optimizer_zero_grad(duramen_optimizer* optimizer, uint32_t set_to_none, duramen_error** error);
duramen_status duramen_optimizer_add_group(duramen_context* context, duramen_optimizer* optimizer, duramen_tensor* const* parameters, size_t count, const duramen_value* options, duramen_error** error);
size_t duramen_optimizer_group_count(const duramen_optimizer* optimizer);
duramen_status duramen_optimizer_get_option(const duramen_optimizer* optimizer, size_t group, const char* name, size_t name_length, duramen_value** out, duramen_error** error);
duramen_status duramen_optimizer_set_option(duramen_optimizer* optimizer, size_t group, const char* name, size_t name_length, const duramen_value* value, duramen_error** error);
duramen_status duramen_optimizer_set_lr(duramen_optimizer* optimizer, size_t group, double lr, duramen_error** error);
duramen_status duramen_optimizer_state(const duramen_optimizer* optimizer, duramen_value** out, duramen_error** error);
duramen_status duramen_optimizer_load_state(duramen_context* context, duramen_optimizer* optimizer, const duramen_value* state, duramen_error** error);
duramen_optimizer* duramen_optimizer_retain(duramen_optimizer* optimizer);
void duramen_optimizer_release(duramen_optimizer* optimizer);
duramen_status duramen_options_create(duramen_options** out, duramen_error** error);
duramen_status duramen_options_set_none(duramen_options* options, const char* name, size_t name_length, duramen_error** error);
duramen_status duramen_options_set_bool(duramen_options* options, const char* name, size_t name_length, uint32_t value, duramen_error** error);
duramen_status duramen_options_set_int(duramen_options* options, const char* name, size_t name_length, int64_t value, duramen_error** error);
duramen_status duramen_options_set_float(duramen_options* options, const char* name, size_t name_length, double value, duramen_error** error);
duramen_status duramen_options_set_text(duramen_options* options, const char* name, size_t name_length, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_options_set_ints(duramen_options* options, const char* name, size_t name_length, const int64_t* items, size_t count, duramen_error** error);
duramen_status duramen_options_set_floats(duramen_options* options, const char* name, size_t name_length, const double* items, size_t count, duramen_error** error);
duramen_status duramen_options_set_list(duramen_options* options, const char* name, size_t name_length, const duramen_value* const* items, size_t count, duramen_error** error);
duramen_status duramen_options_set_value(duramen_options* options, const char* name, size_t name_length, const duramen_value* value, duramen_error** error);
duramen_status duramen_options_set_tensor(duramen_options* options, const char* name, size_t name_length, duramen_tensor* tensor, duramen_error** error);
duramen_status duramen_options_set_module(duramen_options* options, const char* name, size_t name_length, duramen_module* module, duramen_error** error);
duramen_status duramen_options_add_module(duramen_options* options, const char* name, size_t name_length, const char* key, size_t key_length, duramen_module* module, duramen_error** error);
duramen_options* duramen_options_retain(duramen_options* options);
void duramen_options_release(duramen_options* options);
duramen_status duramen_module_create(duramen_context* context, const char* type, size_t type_length, const duramen_options* options, duramen_module** out, duramen_error** error);
duramen_status duramen_op_create(const char* name, size_t name_length, const duramen_options* options, duramen_op** out, duramen_error** error);
duramen_status duramen_optimizer_create(duramen_context* context, const char* type, size_t type_length, const duramen_options* options, duramen_tensor* const* parameters, size_t count, duramen_optimizer** out, duramen_error** error);
duramen_status duramen_tensor_fill_from_options(duramen_context* context, duramen_tensor* tensor, const char* name, size_t name_length, const duramen_options* options, duramen_error** error);
duramen_status duramen_module_parametrize(duramen_context* context, duramen_module* module, const char* name, size_t name_length, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_module_get_parametrized(duramen_context* context, duramen_module* module, const char* name, size_t name_length, duramen_tensor** out, duramen_error** error);
duramen_status duramen_module_set_parametrized(duramen_context* context, duramen_module* module, const char* name, size_t name_length, duramen_tensor* value, duramen_error** error);
duramen_status duramen_module_remove_parametrizations(duramen_context* context, duramen_module* module, const char* name, size_t name_length, uint32_t leave_parametrized, duramen_error** error);
duramen_status duramen_checkpoint_view_memory(duramen_context* context, const void* data, size_t nbytes, void* user, duramen_destroy destroy, const duramen_open_options* options, duramen_checkpoint** out, duramen_error** error);
duramen_status duramen_checkpoint_open_descriptor(duramen_context* context, int32_t descriptor, const duramen_open_options* options, duramen_checkpoint** out, duramen_error** error);
duramen_status duramen_checkpoint_open_callback(duramen_context* context, duramen_read_at read, void* user, uint64_t nbytes, const duramen_open_options* options, duramen_checkpoint** out, duramen_error** error);
duramen_status duramen_state_dict_to_bytes(duramen_context* context, const duramen_state_dict* dict, const duramen_save_options* options, duramen_value** out, duramen_error** error);
duramen_status duramen_value_to_bytes(duramen_context* context, const duramen_value* value, const duramen_save_options* options, duramen_value** out, duramen_error** error);
duramen_status duramen_state_dict_write_descriptor(duramen_context* context, const duramen_state_dict* dict, int32_t descriptor, const duramen_save_options* options, duramen_error** error);
duramen_status duramen_value_write_descriptor(duramen_context* context, const duramen_value* value, int32_t descriptor, const duramen_save_options* options, duramen_error** error);
duramen_status duramen_state_dict_write_callback(duramen_context* context, const duramen_state_dict* dict, duramen_write write, void* user, const duramen_save_options* options, duramen_error** error);
duramen_status duramen_value_write_callback(duramen_context* context, const duramen_value* value, duramen_write write, void* user, const duramen_save_options* options, duramen_error** error);
duramen_status duramen_checkpoint_set_metadata(duramen_context* context, const char* path, size_t path_length, const char* key, size_t key_length, const char* text, size_t text_length, uint32_t* rewritten, duramen_error** error);
duramen_status duramen_checkpoint_edit_metadata(duramen_context* context, const char* path, size_t path_length, const duramen_value* texts, uint32_t* rewritten, duramen_error** error);
duramen_status duramen_tensor_stream_create(const char* path, size_t path_length, const duramen_save_options* options, duramen_tensor_stream** out, duramen_error** error);
duramen_status duramen_tensor_stream_declare(duramen_tensor_stream* stream, const char* name, size_t name_length, duramen_dtype dtype, const int64_t* shape, size_t rank, duramen_error** error);
duramen_status duramen_tensor_stream_set_metadata(duramen_tensor_stream* stream, const char* key, size_t key_length, const char* text, size_t text_length, duramen_error** error);
duramen_status duramen_tensor_stream_write(duramen_context* context, duramen_tensor_stream* stream, const char* name, size_t name_length, const duramen_tensor* tensor, duramen_error** error);
duramen_status duramen_tensor_stream_finish(duramen_context* context, duramen_tensor_stream* stream, duramen_error** error);
duramen_tensor_stream* duramen_tensor_stream_retain(duramen_tensor_stream* stream);
void duramen_tensor_stream_release(duramen_tensor_stream* stream);
duramen_status duramen_blend_options_init(duramen_blend_options* options, size_t struct_size, duramen_error** error);
duramen_status duramen_module_copy_from(duramen_context* context, duramen_module* target, const duramen_module* source, const duramen_blend_options* options, duramen_error** error);
duramen_status duramen_module_lerp(duramen_context* context, duramen_module* target, const duramen_module* source, double weight, const duramen_blend_options* options, duramen_error** error);
duramen_status duramen_module_freeze(duramen_module* module, const char* include, size_t include_length, const char* exclude, size_t exclude_length, size_t* count, duramen_error** error);
duramen_status duramen_module_unfreeze(duramen_module* module, const char* include, size_t include_length, const char* exclude, size_t exclude_length, size_t* count, duramen_error** error);
duramen_status duramen_module_tie(duramen_module* module, const char* path, size_t path_length, const char* source_path, size_t source_path_length, duramen_error** error);
duramen_status duramen_module_untie(duramen_context* context, duramen_module* module, const char* path, size_t path_length, uint32_t* changed, duramen_error** error);
duramen_status duramen_module_flatten(duramen_context* context, const duramen_module* module, uint64_t flags, duramen_tensor** out, duramen_error** error);
duramen_status duramen_module_unflatten(duramen_context* context, duramen_module* module, const duramen_tensor* vector, uint64_t flags, duramen_error** error);
duramen_status duramen_module_pack(duramen_context* context, duramen_module* module, uint64_t flags, duramen_tensor** out, duramen_error** error);
