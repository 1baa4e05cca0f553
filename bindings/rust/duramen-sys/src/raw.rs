//! The C interface of libduramen, API level 2: written by tools/api.py from the headers of include/duramen.
//!
//! Nothing here is safe: who owns what, what may be NULL and which thread may call is said in the headers and, for
//! tools, in share/duramen/duramen-api.json.
#![allow(non_camel_case_types)]

use std::os::raw::{c_char, c_void};

pub const DURAMEN_API_LEVEL: u32 = 2;
pub const DURAMEN_ABI_EPOCH: u32 = 0;

pub type duramen_status = i32;
pub type duramen_dtype = i32;
pub type duramen_destroy = unsafe extern "C" fn(user: *mut c_void);
pub type duramen_runner_body = unsafe extern "C" fn(body_user: *mut c_void, index: u64);
pub type duramen_module_visit = unsafe extern "C" fn(user: *mut c_void, module: *mut duramen_module, error: *mut *mut duramen_error) -> i32;
pub type duramen_read_at = unsafe extern "C" fn(user: *mut c_void, offset: u64, buffer: *mut c_void, nbytes: usize, error: *mut *mut duramen_error) -> i32;
pub type duramen_write = unsafe extern "C" fn(user: *mut c_void, data: *const c_void, nbytes: usize, error: *mut *mut duramen_error) -> i32;

pub const DURAMEN_OK: i32 = 0;
pub const DURAMEN_E_INVALID_ARGUMENT: i32 = -1;
pub const DURAMEN_E_NOT_FOUND: i32 = -2;
pub const DURAMEN_E_ALREADY_EXISTS: i32 = -3;
pub const DURAMEN_E_SHAPE_MISMATCH: i32 = -4;
pub const DURAMEN_E_DTYPE_MISMATCH: i32 = -5;
pub const DURAMEN_E_STATE: i32 = -6;
pub const DURAMEN_E_READ_ONLY: i32 = -7;
pub const DURAMEN_E_UNSUPPORTED: i32 = -8;
pub const DURAMEN_E_BUFFER_TOO_SMALL: i32 = -9;
pub const DURAMEN_E_LIMIT: i32 = -10;
pub const DURAMEN_E_IO: i32 = -11;
pub const DURAMEN_E_CORRUPT: i32 = -12;
pub const DURAMEN_E_INCOMPATIBLE: i32 = -13;
pub const DURAMEN_E_CANCELLED: i32 = -14;
pub const DURAMEN_E_NO_MEMORY: i32 = -15;
pub const DURAMEN_E_BAD_HANDLE: i32 = -16;
pub const DURAMEN_E_INTERNAL: i32 = -17;
pub const DURAMEN_DTYPE_INVALID: i32 = 0;
pub const DURAMEN_DTYPE_FLOAT64: i32 = 1;
pub const DURAMEN_DTYPE_FLOAT32: i32 = 2;
pub const DURAMEN_DTYPE_FLOAT16: i32 = 3;
pub const DURAMEN_DTYPE_BFLOAT16: i32 = 4;
pub const DURAMEN_DTYPE_FLOAT8_E4M3FN: i32 = 5;
pub const DURAMEN_DTYPE_FLOAT8_E5M2: i32 = 6;
pub const DURAMEN_DTYPE_FLOAT8_E4M3FNUZ: i32 = 7;
pub const DURAMEN_DTYPE_FLOAT8_E5M2FNUZ: i32 = 8;
pub const DURAMEN_DTYPE_FLOAT8_E8M0FNU: i32 = 9;
pub const DURAMEN_DTYPE_INT64: i32 = 10;
pub const DURAMEN_DTYPE_INT32: i32 = 11;
pub const DURAMEN_DTYPE_INT16: i32 = 12;
pub const DURAMEN_DTYPE_INT8: i32 = 13;
pub const DURAMEN_DTYPE_UINT64: i32 = 14;
pub const DURAMEN_DTYPE_UINT32: i32 = 15;
pub const DURAMEN_DTYPE_UINT16: i32 = 16;
pub const DURAMEN_DTYPE_UINT8: i32 = 17;
pub const DURAMEN_DTYPE_BOOL: i32 = 18;
pub const DURAMEN_DTYPE_COMPLEX32: i32 = 19;
pub const DURAMEN_DTYPE_COMPLEX64: i32 = 20;
pub const DURAMEN_DTYPE_COMPLEX128: i32 = 21;
pub const DURAMEN_DTYPE_FLOAT4_E2M1FN_X2: i32 = 22;
pub const DURAMEN_DTYPE_FLOAT6_E2M3: i32 = 23;
pub const DURAMEN_DTYPE_FLOAT6_E3M2: i32 = 24;
pub const DURAMEN_DTYPE_QINT8: i32 = 25;
pub const DURAMEN_DTYPE_QUINT8: i32 = 26;
pub const DURAMEN_DTYPE_QINT32: i32 = 27;
pub const DURAMEN_DTYPE_QUINT4X2: i32 = 28;
pub const DURAMEN_DTYPE_QUINT2X4: i32 = 29;
pub const DURAMEN_LOG_ERROR: i32 = 1;
pub const DURAMEN_LOG_WARNING: i32 = 2;
pub const DURAMEN_LOG_INFO: i32 = 3;
pub const DURAMEN_LOG_DEBUG: i32 = 4;
pub const DURAMEN_IMPORT_COPY: i32 = 0;
pub const DURAMEN_IMPORT_VIEW: i32 = 1;
pub const DURAMEN_IMPORT_VIEW_CONST: i32 = 2;
pub const DURAMEN_BACKWARD_RETAIN_GRAPH: u64 = 1;
pub const DURAMEN_BACKWARD_CREATE_GRAPH: u64 = 2;
pub const DURAMEN_VALUE_INVALID: i32 = 0;
pub const DURAMEN_VALUE_NONE: i32 = 1;
pub const DURAMEN_VALUE_BOOL: i32 = 2;
pub const DURAMEN_VALUE_INT: i32 = 3;
pub const DURAMEN_VALUE_FLOAT: i32 = 4;
pub const DURAMEN_VALUE_COMPLEX: i32 = 5;
pub const DURAMEN_VALUE_TEXT: i32 = 6;
pub const DURAMEN_VALUE_BYTES: i32 = 7;
pub const DURAMEN_VALUE_TENSOR: i32 = 8;
pub const DURAMEN_VALUE_LIST: i32 = 9;
pub const DURAMEN_VALUE_TUPLE: i32 = 10;
pub const DURAMEN_VALUE_DICT: i32 = 11;
pub const DURAMEN_VALUE_OPAQUE: i32 = 12;
pub const DURAMEN_VALUE_BIG_INT: i32 = 13;
pub const DURAMEN_KIND_PARAMETER: u64 = 1;
pub const DURAMEN_KIND_BUFFER: u64 = 2;
pub const DURAMEN_KIND_MODULE: u64 = 4;
pub const DURAMEN_KIND_CHILD: u64 = 8;
pub const DURAMEN_KIND_EXTRA_STATE: u64 = 16;
pub const DURAMEN_KIND_UNKNOWN: u64 = 32;
pub const DURAMEN_LIST_NO_RECURSE: u64 = 1;
pub const DURAMEN_LIST_KEEP_DUPLICATES: u64 = 2;
pub const DURAMEN_LIST_ONLY_TRAINABLE: u64 = 4;
pub const DURAMEN_LIST_ONLY_PERSISTENT: u64 = 8;
pub const DURAMEN_LIST_INCLUDE_NONE: u64 = 16;
pub const DURAMEN_LIST_ONLY_FROZEN: u64 = 32;
pub const DURAMEN_ENTRY_PERSISTENT: u64 = 1;
pub const DURAMEN_ENTRY_REQUIRES_GRAD: u64 = 2;
pub const DURAMEN_ENTRY_UNINITIALIZED: u64 = 4;
pub const DURAMEN_CONVERT_FLOATING_AND_COMPLEX: i32 = 1;
pub const DURAMEN_CONVERT_FLOATING: i32 = 2;
pub const DURAMEN_CONVERT_ALL: i32 = 3;
pub const DURAMEN_STATE_KEEP_VARS: u64 = 1;
pub const DURAMEN_RENAME_STRIP: i32 = 1;
pub const DURAMEN_RENAME_ADD: i32 = 2;
pub const DURAMEN_RENAME_REPLACE: i32 = 3;
pub const DURAMEN_RENAME_EXACT: i32 = 4;
pub const DURAMEN_RENAME_GLOB: i32 = 5;
pub const DURAMEN_RENAME_PRESET: i32 = 6;
pub const DURAMEN_LOAD_ALLOW_MISSING: u64 = 1;
pub const DURAMEN_LOAD_ALLOW_UNEXPECTED: u64 = 2;
pub const DURAMEN_LOAD_SKIP_MISMATCHED: u64 = 4;
pub const DURAMEN_LOAD_REQUIRE_DTYPE: u64 = 8;
pub const DURAMEN_LOAD_ASSIGN: u64 = 16;
pub const DURAMEN_LOAD_PARTIAL: u64 = 32;
pub const DURAMEN_LOAD_ADOPT: u64 = 64;
pub const DURAMEN_LOAD_SLICE_MISMATCHED: u64 = 128;
pub const DURAMEN_LOAD_ALLOW_TIED: u64 = 256;
pub const DURAMEN_LOAD_ITEM_MISSING: i32 = 1;
pub const DURAMEN_LOAD_ITEM_UNEXPECTED: i32 = 2;
pub const DURAMEN_LOAD_ITEM_SHAPE_MISMATCH: i32 = 3;
pub const DURAMEN_LOAD_ITEM_DTYPE_MISMATCH: i32 = 4;
pub const DURAMEN_LOAD_ITEM_NOT_A_TENSOR: i32 = 5;
pub const DURAMEN_LOAD_ITEM_DEFAULTED: i32 = 6;
pub const DURAMEN_LOAD_ITEM_FAILED: i32 = 7;
pub const DURAMEN_LOAD_ITEM_ADOPTED: i32 = 8;
pub const DURAMEN_LOAD_ITEM_TIED: i32 = 9;
pub const DURAMEN_LOAD_ITEM_IGNORED: i32 = 10;
pub const DURAMEN_LOAD_ITEM_RENAMED: i32 = 11;
pub const DURAMEN_LOAD_ITEM_SLICED: i32 = 12;
pub const DURAMEN_CALL_HOOK_FIRST: u64 = 1;
pub const DURAMEN_CALL_HOOK_ALWAYS: u64 = 2;
pub const DURAMEN_OPEN_READ: u64 = 1;
pub const DURAMEN_OPEN_VERIFY: u64 = 2;
pub const DURAMEN_OPEN_DEQUANTIZE: u64 = 4;
pub const DURAMEN_FORMAT_AUTOMATIC: i32 = 0;
pub const DURAMEN_FORMAT_SAFETENSORS: i32 = 1;
pub const DURAMEN_FORMAT_TORCH: i32 = 2;
pub const DURAMEN_FORMAT_NPY: i32 = 3;
pub const DURAMEN_FORMAT_NPZ: i32 = 4;
pub const DURAMEN_FORMAT_GGUF: i32 = 5;
pub const DURAMEN_FORMAT_DCP: i32 = 6;
pub const DURAMEN_DURABILITY_DURABLE: i32 = 0;
pub const DURAMEN_DURABILITY_ATOMIC: i32 = 1;
pub const DURAMEN_DIFF_ONLY_A: u64 = 1;
pub const DURAMEN_DIFF_ONLY_B: u64 = 2;
pub const DURAMEN_DIFF_VALUE: u64 = 4;
pub const DURAMEN_DIFF_SHAPE: u64 = 8;
pub const DURAMEN_DIFF_DTYPE: u64 = 16;
pub const DURAMEN_DIFF_ELEMENTS: u64 = 32;
pub const DURAMEN_FUNCTION_NULL_GRADS: u64 = 1;
pub const DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS: u64 = 1;
pub const DURAMEN_REDUCTION_MEAN: i32 = 0;
pub const DURAMEN_REDUCTION_SUM: i32 = 1;
pub const DURAMEN_REDUCTION_NONE: i32 = 2;
pub const DURAMEN_BUFFERS_COPY: i32 = 0;
pub const DURAMEN_BUFFERS_LERP: i32 = 1;
pub const DURAMEN_BUFFERS_SKIP: i32 = 2;
pub const DURAMEN_FLAT_TRAINABLE: u64 = 1;
pub const DURAMEN_FLAT_GRADIENTS: u64 = 2;
pub const DURAMEN_FLAT_COPY: u64 = 4;

#[repr(C)]
pub struct duramen_error {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_string {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_string_list {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_context {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_tensor {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_value {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_module {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_listing {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_scope {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_state_dict {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_rename_rules {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_load_report {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_load_notes {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_checkpoint {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_diff {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct DLManagedTensorVersioned {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct DLManagedTensor {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_function_state {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_op {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_optimizer {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_options {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
pub struct duramen_tensor_stream {
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_allocator {
    pub struct_size: u32,
    pub reserved: u32,
    pub alloc: Option<unsafe extern "C" fn(user: *mut c_void, nbytes: usize, alignment: usize) -> *mut c_void>,
    pub free: Option<unsafe extern "C" fn(user: *mut c_void, pointer: *mut c_void, nbytes: usize, alignment: usize)>,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_runner {
    pub struct_size: u32,
    pub reserved: u32,
    pub run: Option<unsafe extern "C" fn(user: *mut c_void, count: u64, body: Option<duramen_runner_body>, body_user: *mut c_void)>,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_log_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub log: Option<unsafe extern "C" fn(user: *mut c_void, level: i32, message: *const c_char, length: usize)>,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_progress_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub progress: Option<unsafe extern "C" fn(user: *mut c_void, operation: *const c_char, operation_length: usize, done: u64, total: u64, error: *mut *mut duramen_error) -> i32>,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_context_options {
    pub struct_size: u32,
    pub num_threads: u32,
    pub seed: u64,
    pub flags: u64,
    pub allocator: *const duramen_allocator,
    pub runner: *const duramen_runner,
    pub log: *const duramen_log_sink,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_allocator_statistics {
    pub struct_size: u32,
    pub reserved: u32,
    pub bytes_in_use: u64,
    pub bytes_cached: u64,
    pub peak_bytes_in_use: u64,
    pub blocks_in_use: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_import_options {
    pub struct_size: u32,
    pub mode: i32,
    pub dtype: duramen_dtype,
    pub rank: u32,
    pub shape: *const i64,
    pub strides: *const i64,
    pub data: *const c_void,
    pub nbytes: u64,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_backward_options {
    pub struct_size: u32,
    pub reserved: u32,
    pub flags: u64,
    pub inputs: *const *mut duramen_tensor,
    pub input_count: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_list_options {
    pub struct_size: u32,
    pub dtype: duramen_dtype,
    pub kinds: u64,
    pub flags: u64,
    pub prefix: *const c_char,
    pub prefix_length: u64,
    pub include: *const c_char,
    pub include_length: u64,
    pub exclude: *const c_char,
    pub exclude_length: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_entry {
    pub name: *const c_char,
    pub name_length: u64,
    pub flags: u64,
    pub kind: u64,
    pub rank: u32,
    pub dtype: duramen_dtype,
    pub shape: *const i64,
    pub nbytes: u64,
    pub first_index: u64,
    pub first_storage_index: u64,
    pub tensor: *mut duramen_tensor,
    pub module: *mut duramen_module,
    pub value: *const duramen_value,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_rename_callback {
    pub struct_size: u32,
    pub reserved: u32,
    pub name: *const c_char,
    pub name_length: u64,
    pub rename: Option<unsafe extern "C" fn(user: *mut c_void, name: *const c_char, name_length: usize, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> i32>,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_load_policy {
    pub struct_size: u32,
    pub reserved: u32,
    pub pattern: *const c_char,
    pub pattern_length: u64,
    pub policy: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_load_options {
    pub struct_size: u32,
    pub reserved: u32,
    pub policy: u64,
    pub rename: *const duramen_rename_rules,
    pub policies: *const duramen_load_policy,
    pub policy_count: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_module_hook {
    pub struct_size: u32,
    pub reserved: u32,
    pub register_parameter: Option<unsafe extern "C" fn(user: *mut c_void, module: *mut duramen_module, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, replacement: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> i32>,
    pub register_buffer: Option<unsafe extern "C" fn(user: *mut c_void, module: *mut duramen_module, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, replacement: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> i32>,
    pub register_child: Option<unsafe extern "C" fn(user: *mut c_void, module: *mut duramen_module, name: *const c_char, name_length: usize, child: *mut duramen_module, replacement: *mut *mut duramen_module, error: *mut *mut duramen_error) -> i32>,
    pub before_state_dict: Option<unsafe extern "C" fn(user: *mut c_void, module: *const duramen_module, prefix: *const c_char, prefix_length: usize, flags: u64, error: *mut *mut duramen_error) -> i32>,
    pub after_state_dict: Option<unsafe extern "C" fn(user: *mut c_void, module: *const duramen_module, dict: *mut duramen_state_dict, prefix: *const c_char, prefix_length: usize, error: *mut *mut duramen_error) -> i32>,
    pub before_load: Option<unsafe extern "C" fn(user: *mut c_void, module: *mut duramen_module, dict: *mut duramen_state_dict, prefix: *const c_char, prefix_length: usize, notes: *mut duramen_load_notes, error: *mut *mut duramen_error) -> i32>,
    pub after_load: Option<unsafe extern "C" fn(user: *mut c_void, module: *mut duramen_module, prefix: *const c_char, prefix_length: usize, notes: *mut duramen_load_notes, error: *mut *mut duramen_error) -> i32>,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_call_hook {
    pub struct_size: u32,
    pub reserved: u32,
    pub flags: u64,
    pub before_forward: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, module: *mut duramen_module, arguments: *const duramen_value, keywords: *const duramen_value, new_tuple: *mut *mut duramen_value, new_dict: *mut *mut duramen_value, error: *mut *mut duramen_error) -> i32>,
    pub after_forward: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, module: *mut duramen_module, arguments: *const duramen_value, keywords: *const duramen_value, output: *const duramen_value, replacement: *mut *mut duramen_value, error: *mut *mut duramen_error) -> i32>,
    pub before_backward: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, module: *mut duramen_module, output_grads: *const *mut duramen_tensor, output_count: usize, replacements: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> i32>,
    pub after_backward: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, module: *mut duramen_module, input_grads: *const *mut duramen_tensor, input_count: usize, output_grads: *const *mut duramen_tensor, output_count: usize, replacements: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> i32>,
    pub user: *mut c_void,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_limits {
    pub struct_size: u32,
    pub max_depth: u32,
    pub max_entries: u64,
    pub max_header_bytes: u64,
    pub max_tensor_bytes: u64,
    pub max_total_bytes: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_open_options {
    pub struct_size: u32,
    pub reserved: u32,
    pub flags: u64,
    pub limits: *const duramen_limits,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_save_options {
    pub struct_size: u32,
    pub format: i32,
    pub durability: i32,
    pub alignment: u32,
    pub max_shard_bytes: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_difference {
    pub name: *const c_char,
    pub name_length: u64,
    pub what: u64,
    pub a_dtype: duramen_dtype,
    pub b_dtype: duramen_dtype,
    pub a_rank: u32,
    pub b_rank: u32,
    pub has_distance: u32,
    pub reserved: u32,
    pub a_shape: *const i64,
    pub b_shape: *const i64,
    pub different: u64,
    pub a_nan_count: u64,
    pub b_nan_count: u64,
    pub nan_in_one: u64,
    pub distance: f64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_file_entry {
    pub name: *const c_char,
    pub name_length: u64,
    pub shape: *const i64,
    pub strides: *const i64,
    pub nbytes: u64,
    pub offset: u64,
    pub first_storage_index: u64,
    pub value: *const duramen_value,
    pub dtype: duramen_dtype,
    pub rank: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_function_type {
    pub struct_size: u32,
    pub output_count: u32,
    pub flags: u64,
    pub name: *const c_char,
    pub name_length: u64,
    pub forward: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, state: *mut duramen_function_state, inputs: *const *mut duramen_tensor, input_count: usize, outputs: *mut *mut duramen_tensor, output_count: usize, error: *mut *mut duramen_error) -> i32>,
    pub backward: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, state: *mut duramen_function_state, output_grads: *const *mut duramen_tensor, output_count: usize, input_grads: *mut *mut duramen_tensor, input_count: usize, error: *mut *mut duramen_error) -> i32>,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_module_class {
    pub struct_size: u32,
    pub reserved: u32,
    pub name: *const c_char,
    pub name_length: u64,
    pub version: i64,
    pub forward: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, module: *mut duramen_module, arguments: *const duramen_value, keywords: *const duramen_value, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> i32>,
    pub clone: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, module: *const duramen_module, out_user: *mut *mut c_void, error: *mut *mut duramen_error) -> i32>,
    pub extra_repr: Option<unsafe extern "C" fn(user: *mut c_void, module: *const duramen_module, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> i32>,
    pub get_extra_state: Option<unsafe extern "C" fn(user: *mut c_void, module: *const duramen_module, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> i32>,
    pub set_extra_state: Option<unsafe extern "C" fn(user: *mut c_void, context: *mut duramen_context, module: *mut duramen_module, state: *const duramen_value, error: *mut *mut duramen_error) -> i32>,
    pub destroy: Option<duramen_destroy>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_text_options {
    pub struct_size: u32,
    pub reserved: u32,
    pub flags: u64,
    pub scope: *const duramen_scope,
    pub arguments: *const duramen_value,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct duramen_blend_options {
    pub struct_size: u32,
    pub buffers: i32,
    pub include: *const c_char,
    pub include_length: u64,
    pub exclude: *const c_char,
    pub exclude_length: u64,
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<duramen_allocator>() == 40 && core::mem::align_of::<duramen_allocator>() == 8);
    assert!(core::mem::size_of::<duramen_runner>() == 32 && core::mem::align_of::<duramen_runner>() == 8);
    assert!(core::mem::size_of::<duramen_log_sink>() == 32 && core::mem::align_of::<duramen_log_sink>() == 8);
    assert!(core::mem::size_of::<duramen_progress_sink>() == 32 && core::mem::align_of::<duramen_progress_sink>() == 8);
    assert!(core::mem::size_of::<duramen_context_options>() == 48 && core::mem::align_of::<duramen_context_options>() == 8);
    assert!(core::mem::size_of::<duramen_allocator_statistics>() == 40 && core::mem::align_of::<duramen_allocator_statistics>() == 8);
    assert!(core::mem::size_of::<duramen_import_options>() == 64 && core::mem::align_of::<duramen_import_options>() == 8);
    assert!(core::mem::size_of::<duramen_backward_options>() == 32 && core::mem::align_of::<duramen_backward_options>() == 8);
    assert!(core::mem::size_of::<duramen_list_options>() == 72 && core::mem::align_of::<duramen_list_options>() == 8);
    assert!(core::mem::size_of::<duramen_entry>() == 96 && core::mem::align_of::<duramen_entry>() == 8);
    assert!(core::mem::size_of::<duramen_rename_callback>() == 48 && core::mem::align_of::<duramen_rename_callback>() == 8);
    assert!(core::mem::size_of::<duramen_load_policy>() == 32 && core::mem::align_of::<duramen_load_policy>() == 8);
    assert!(core::mem::size_of::<duramen_load_options>() == 40 && core::mem::align_of::<duramen_load_options>() == 8);
    assert!(core::mem::size_of::<duramen_module_hook>() == 80 && core::mem::align_of::<duramen_module_hook>() == 8);
    assert!(core::mem::size_of::<duramen_call_hook>() == 64 && core::mem::align_of::<duramen_call_hook>() == 8);
    assert!(core::mem::size_of::<duramen_limits>() == 40 && core::mem::align_of::<duramen_limits>() == 8);
    assert!(core::mem::size_of::<duramen_open_options>() == 24 && core::mem::align_of::<duramen_open_options>() == 8);
    assert!(core::mem::size_of::<duramen_save_options>() == 24 && core::mem::align_of::<duramen_save_options>() == 8);
    assert!(core::mem::size_of::<duramen_difference>() == 104 && core::mem::align_of::<duramen_difference>() == 8);
    assert!(core::mem::size_of::<duramen_file_entry>() == 72 && core::mem::align_of::<duramen_file_entry>() == 8);
    assert!(core::mem::size_of::<duramen_function_type>() == 56 && core::mem::align_of::<duramen_function_type>() == 8);
    assert!(core::mem::size_of::<duramen_module_class>() == 80 && core::mem::align_of::<duramen_module_class>() == 8);
    assert!(core::mem::size_of::<duramen_text_options>() == 32 && core::mem::align_of::<duramen_text_options>() == 8);
    assert!(core::mem::size_of::<duramen_blend_options>() == 40 && core::mem::align_of::<duramen_blend_options>() == 8);
};

extern "C" {
    pub fn duramen_api_level() -> u32;
    pub fn duramen_abi_epoch() -> u32;
    pub fn duramen_version_string() -> *const c_char;
    pub fn duramen_feature_supported(name: *const c_char, name_length: usize) -> u32;
    pub fn duramen_status_name(status: duramen_status) -> *const c_char;
    pub fn duramen_check_compat(header_level: u32, header_epoch: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_dtype_name(dtype: duramen_dtype) -> *const c_char;
    pub fn duramen_dtype_bits(dtype: duramen_dtype) -> u32;
    pub fn duramen_dtype_from_name(name: *const c_char, name_length: usize) -> duramen_dtype;
    pub fn duramen_error_status(error: *const duramen_error) -> duramen_status;
    pub fn duramen_error_message(error: *const duramen_error, length: *mut usize) -> *const c_char;
    pub fn duramen_error_detail(error: *const duramen_error, key: *const c_char, key_length: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_error_detail_count(error: *const duramen_error) -> usize;
    pub fn duramen_error_detail_key(error: *const duramen_error, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_error_detail_value(error: *const duramen_error, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_error_cause(error: *const duramen_error) -> *const duramen_error;
    pub fn duramen_error_create(status: duramen_status, message: *const c_char, message_length: usize, out: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_error_retain(error: *const duramen_error) -> *mut duramen_error;
    pub fn duramen_error_release(error: *mut duramen_error);
    pub fn duramen_string_data(string: *const duramen_string, length: *mut usize) -> *const c_char;
    pub fn duramen_string_create(text: *const c_char, text_length: usize, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_string_retain(string: *const duramen_string) -> *mut duramen_string;
    pub fn duramen_string_release(string: *mut duramen_string);
    pub fn duramen_string_list_count(list: *const duramen_string_list) -> usize;
    pub fn duramen_string_list_item(list: *const duramen_string_list, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_string_list_retain(list: *const duramen_string_list) -> *mut duramen_string_list;
    pub fn duramen_string_list_release(list: *mut duramen_string_list);
    pub fn duramen_context_options_init(options: *mut duramen_context_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_create(options: *const duramen_context_options, out: *mut *mut duramen_context, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_num_threads(context: *const duramen_context) -> u32;
    pub fn duramen_context_seed(context: *mut duramen_context, seed: u64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_initial_seed(context: *const duramen_context) -> u64;
    pub fn duramen_context_generator_state(context: *const duramen_context, buffer: *mut u8, capacity: usize, nbytes: *mut usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_set_generator_state(context: *mut duramen_context, state: *const u8, nbytes: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_grad_enabled(context: *const duramen_context) -> u32;
    pub fn duramen_context_set_grad_enabled(context: *mut duramen_context, enabled: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_default_dtype(context: *const duramen_context) -> duramen_dtype;
    pub fn duramen_context_set_default_dtype(context: *mut duramen_context, dtype: duramen_dtype, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_cancel(context: *mut duramen_context);
    pub fn duramen_context_reset_cancel(context: *mut duramen_context);
    pub fn duramen_context_is_cancelled(context: *const duramen_context) -> u32;
    pub fn duramen_context_set_log(context: *mut duramen_context, log: *const duramen_log_sink, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_set_progress(context: *mut duramen_context, progress: *const duramen_progress_sink, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_allocator_statistics(context: *const duramen_context, out: *mut duramen_allocator_statistics, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_trim(context: *mut duramen_context, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_blas_info(context: *mut duramen_context, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_build_info(out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_context_retain(context: *mut duramen_context) -> *mut duramen_context;
    pub fn duramen_context_release(context: *mut duramen_context);
    pub fn duramen_import_options_init(options: *mut duramen_import_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_import(context: *mut duramen_context, options: *const duramen_import_options, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_empty(context: *mut duramen_context, dtype: duramen_dtype, shape: *const i64, rank: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_zeros(context: *mut duramen_context, dtype: duramen_dtype, shape: *const i64, rank: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_full(context: *mut duramen_context, dtype: duramen_dtype, shape: *const i64, rank: usize, value: f64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_parameter_create(data: *const duramen_tensor, requires_grad: u32, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_dtype(tensor: *const duramen_tensor) -> duramen_dtype;
    pub fn duramen_tensor_rank(tensor: *const duramen_tensor) -> usize;
    pub fn duramen_tensor_numel(tensor: *const duramen_tensor) -> i64;
    pub fn duramen_tensor_nbytes(tensor: *const duramen_tensor) -> u64;
    pub fn duramen_tensor_shape(tensor: *const duramen_tensor, buffer: *mut i64, capacity: usize, rank: *mut usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_strides(tensor: *const duramen_tensor, buffer: *mut i64, capacity: usize, rank: *mut usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_offset(tensor: *const duramen_tensor) -> i64;
    pub fn duramen_tensor_is_contiguous(tensor: *const duramen_tensor) -> u32;
    pub fn duramen_tensor_is_parameter(tensor: *const duramen_tensor) -> u32;
    pub fn duramen_tensor_device_type(tensor: *const duramen_tensor) -> i32;
    pub fn duramen_tensor_storage_id(tensor: *const duramen_tensor) -> u64;
    pub fn duramen_tensor_version(tensor: *const duramen_tensor) -> u64;
    pub fn duramen_tensor_data_const(tensor: *const duramen_tensor, out: *mut *const c_void, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_data_mut(tensor: *mut duramen_tensor, out: *mut *mut c_void, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_item(tensor: *const duramen_tensor, index: *const i64, index_count: usize, out: *mut f64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_read(context: *mut duramen_context, tensor: *const duramen_tensor, dtype: duramen_dtype, buffer: *mut c_void, nbytes: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_copy_from(context: *mut duramen_context, tensor: *mut duramen_tensor, source: *const duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_fill(context: *mut duramen_context, tensor: *mut duramen_tensor, value: f64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_fill_uniform(context: *mut duramen_context, tensor: *mut duramen_tensor, from: f64, to: f64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_fill_normal(context: *mut duramen_context, tensor: *mut duramen_tensor, mean: f64, deviation: f64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_clone(context: *mut duramen_context, tensor: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_retain(tensor: *mut duramen_tensor) -> *mut duramen_tensor;
    pub fn duramen_tensor_release(tensor: *mut duramen_tensor);
    pub fn duramen_backward_options_init(options: *mut duramen_backward_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_backward(context: *mut duramen_context, tensor: *mut duramen_tensor, gradient: *const duramen_tensor, options: *const duramen_backward_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_requires_grad(tensor: *const duramen_tensor) -> u32;
    pub fn duramen_tensor_set_requires_grad(tensor: *mut duramen_tensor, requires_grad: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_is_leaf(tensor: *const duramen_tensor) -> u32;
    pub fn duramen_tensor_grad(tensor: *const duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_set_grad(tensor: *mut duramen_tensor, grad: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_grad_fn_name(tensor: *const duramen_tensor, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_detach(context: *mut duramen_context, tensor: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_none(out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_bool(value: u32, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_int(value: i64, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_big_int(digits: *const c_char, digits_length: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_float(value: f64, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_complex(real: f64, imag: f64, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_text(text: *const c_char, text_length: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_bytes(bytes: *const c_void, nbytes: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_tensor(tensor: *mut duramen_tensor, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_list(items: *const *const duramen_value, count: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_tuple(items: *const *const duramen_value, count: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_dict(keys: *const *const duramen_value, items: *const *const duramen_value, count: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_ordered_dict(keys: *const *const duramen_value, items: *const *const duramen_value, count: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_create_dict_with_attributes(keys: *const *const duramen_value, items: *const *const duramen_value, count: usize, attributes: *const duramen_value, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_item_names(value: *const duramen_value, out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_kind(value: *const duramen_value) -> i32;
    pub fn duramen_value_kind_name(kind: i32) -> *const c_char;
    pub fn duramen_value_bool(value: *const duramen_value) -> u32;
    pub fn duramen_value_int(value: *const duramen_value) -> i64;
    pub fn duramen_value_float(value: *const duramen_value) -> f64;
    pub fn duramen_value_imag(value: *const duramen_value) -> f64;
    pub fn duramen_value_text(value: *const duramen_value, length: *mut usize) -> *const c_char;
    pub fn duramen_value_bytes(value: *const duramen_value, nbytes: *mut usize) -> *const c_void;
    pub fn duramen_value_tensor(value: *const duramen_value) -> *mut duramen_tensor;
    pub fn duramen_value_count(value: *const duramen_value) -> usize;
    pub fn duramen_value_item(value: *const duramen_value, index: usize) -> *const duramen_value;
    pub fn duramen_value_key(value: *const duramen_value, index: usize) -> *const duramen_value;
    pub fn duramen_value_find(value: *const duramen_value, key: *const c_char, key_length: usize) -> *const duramen_value;
    pub fn duramen_value_class_name(value: *const duramen_value, length: *mut usize) -> *const c_char;
    pub fn duramen_value_attributes(value: *const duramen_value) -> *const duramen_value;
    pub fn duramen_value_retain(value: *const duramen_value) -> *mut duramen_value;
    pub fn duramen_value_release(value: *mut duramen_value);
    pub fn duramen_list_options_init(options: *mut duramen_list_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_list(module: *const duramen_module, options: *const duramen_list_options, out: *mut *mut duramen_listing, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_listing_entries(listing: *const duramen_listing, count: *mut usize, stride: *mut usize) -> *const duramen_entry;
    pub fn duramen_listing_find(listing: *const duramen_listing, name: *const c_char, name_length: usize) -> *const duramen_entry;
    pub fn duramen_pattern_match(patterns: *const c_char, patterns_length: usize, name: *const c_char, name_length: usize, out: *mut u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_listing_retain(listing: *const duramen_listing) -> *mut duramen_listing;
    pub fn duramen_listing_release(listing: *mut duramen_listing);
    pub fn duramen_scope_create(out: *mut *mut duramen_scope, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_scope_set_tensor(scope: *mut duramen_scope, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_scope_set_module(scope: *mut duramen_scope, name: *const c_char, name_length: usize, module: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_scope_retain(scope: *mut duramen_scope) -> *mut duramen_scope;
    pub fn duramen_scope_release(scope: *mut duramen_scope);
    pub fn duramen_module_from_text(context: *mut duramen_context, text: *const c_char, text_length: usize, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_registry_describe(out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_class_name(module: *const duramen_module, length: *mut usize) -> *const c_char;
    pub fn duramen_module_repr(module: *const duramen_module, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_register_parameter(module: *mut duramen_module, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_register_buffer(module: *mut duramen_module, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, persistent: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_register_child(module: *mut duramen_module, name: *const c_char, name_length: usize, child: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_remove(module: *mut duramen_module, name: *const c_char, name_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_assign_tensor(module: *mut duramen_module, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_assign_module(module: *mut duramen_module, name: *const c_char, name_length: usize, child: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_get_submodule(module: *const duramen_module, path: *const c_char, path_length: usize, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_get_parameter(module: *const duramen_module, path: *const c_char, path_length: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_get_buffer(module: *const duramen_module, path: *const c_char, path_length: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_set_submodule(module: *mut duramen_module, path: *const c_char, path_length: usize, child: *mut duramen_module, strict: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_forward(context: *mut duramen_context, module: *mut duramen_module, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_forward_many(context: *mut duramen_context, module: *mut duramen_module, inputs: *const *mut duramen_tensor, count: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_call(context: *mut duramen_context, module: *mut duramen_module, arguments: *const duramen_value, keywords: *const duramen_value, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_is_training(module: *const duramen_module) -> u32;
    pub fn duramen_module_train(module: *mut duramen_module, training: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_set_requires_grad(module: *mut duramen_module, requires_grad: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_zero_grad(module: *mut duramen_module, set_to_none: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_reset_parameters(context: *mut duramen_context, module: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_initialize_parameters(context: *mut duramen_context, module: *mut duramen_module, input: *const duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_reset_running_stats(module: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_deepcopy(context: *mut duramen_context, module: *const duramen_module, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_to_dtype(context: *mut duramen_context, module: *mut duramen_module, dtype: duramen_dtype, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_convert(context: *mut duramen_context, module: *mut duramen_module, dtype: duramen_dtype, which: i32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_apply(module: *mut duramen_module, visit: Option<duramen_module_visit>, user: *mut c_void, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_set_attachment(module: *mut duramen_module, owner: *const c_void, user: *mut c_void, destroy: Option<duramen_destroy>, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_attachment(module: *const duramen_module, owner: *const c_void, out: *mut *mut c_void, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_retain(module: *mut duramen_module) -> *mut duramen_module;
    pub fn duramen_module_release(module: *mut duramen_module);
    pub fn duramen_state_dict_create(out: *mut *mut duramen_state_dict, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_state_dict(module: *const duramen_module, prefix: *const c_char, prefix_length: usize, flags: u64, out: *mut *mut duramen_state_dict, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_add_state_dict(module: *const duramen_module, dict: *mut duramen_state_dict, prefix: *const c_char, prefix_length: usize, flags: u64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_snapshot(context: *mut duramen_context, dict: *const duramen_state_dict, out: *mut *mut duramen_state_dict, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_copy(dict: *const duramen_state_dict, out: *mut *mut duramen_state_dict, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_from_value(value: *const duramen_value, select: *const c_char, select_length: usize, out: *mut *mut duramen_state_dict, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_to_value(dict: *const duramen_state_dict, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_list(dict: *const duramen_state_dict, options: *const duramen_list_options, out: *mut *mut duramen_listing, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_count(dict: *const duramen_state_dict) -> usize;
    pub fn duramen_state_dict_get_tensor(dict: *const duramen_state_dict, name: *const c_char, name_length: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_get_value(dict: *const duramen_state_dict, name: *const c_char, name_length: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_set_tensor(dict: *mut duramen_state_dict, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_set_value(dict: *mut duramen_state_dict, name: *const c_char, name_length: usize, value: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_remove(dict: *mut duramen_state_dict, name: *const c_char, name_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_strip_prefix(dict: *mut duramen_state_dict, prefix: *const c_char, prefix_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_has_versions(dict: *const duramen_state_dict) -> u32;
    pub fn duramen_state_dict_version(dict: *const duramen_state_dict, path: *const c_char, path_length: usize, out: *mut i64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_set_version(dict: *mut duramen_state_dict, path: *const c_char, path_length: usize, version: i64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_version_paths(dict: *const duramen_state_dict, out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_metadata(dict: *const duramen_state_dict, key: *const c_char, key_length: usize, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_set_metadata(dict: *mut duramen_state_dict, key: *const c_char, key_length: usize, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_metadata_keys(dict: *const duramen_state_dict, out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_retain(dict: *mut duramen_state_dict) -> *mut duramen_state_dict;
    pub fn duramen_state_dict_release(dict: *mut duramen_state_dict);
    pub fn duramen_rename_rules_create(out: *mut *mut duramen_rename_rules, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_rules_add(rules: *mut duramen_rename_rules, kind: i32, from: *const c_char, from_length: usize, to: *const c_char, to_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_rules_add_text(rules: *mut duramen_rename_rules, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_rules_add_callback(rules: *mut duramen_rename_rules, callback: *const duramen_rename_callback, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_rules_count(rules: *const duramen_rename_rules) -> usize;
    pub fn duramen_rename_rules_list(rules: *const duramen_rename_rules, out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_preset_list(out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_preset_describe(name: *const c_char, name_length: usize, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_rename(dict: *const duramen_state_dict, rules: *const duramen_rename_rules, out: *mut *mut duramen_state_dict, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_rules_retain(rules: *mut duramen_rename_rules) -> *mut duramen_rename_rules;
    pub fn duramen_rename_rules_release(rules: *mut duramen_rename_rules);
    pub fn duramen_load_options_init(options: *mut duramen_load_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_load_state_dict(context: *mut duramen_context, module: *mut duramen_module, dict: *const duramen_state_dict, options: *const duramen_load_options, report: *mut *mut duramen_load_report, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_match(module: *const duramen_module, dict: *const duramen_state_dict, options: *const duramen_load_options, out: *mut *mut duramen_load_report, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_rename_rules_preview(rules: *const duramen_rename_rules, dict: *const duramen_state_dict, out: *mut *mut duramen_load_report, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_error_load_report(error: *const duramen_error) -> *const duramen_load_report;
    pub fn duramen_load_report_loaded(report: *const duramen_load_report) -> usize;
    pub fn duramen_load_report_count(report: *const duramen_load_report, kind: i32) -> usize;
    pub fn duramen_load_report_kind(report: *const duramen_load_report, index: usize) -> i32;
    pub fn duramen_load_report_name(report: *const duramen_load_report, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_load_report_text(report: *const duramen_load_report, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_load_report_nearest(report: *const duramen_load_report, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_load_report_is_error(report: *const duramen_load_report, index: usize) -> u32;
    pub fn duramen_load_report_origin(report: *const duramen_load_report, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_load_report_rule(report: *const duramen_load_report, index: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_load_report_suggestion(report: *const duramen_load_report, length: *mut usize) -> *const c_char;
    pub fn duramen_load_report_suggestion_count(report: *const duramen_load_report) -> usize;
    pub fn duramen_load_report_describe(report: *const duramen_load_report, most: usize, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_load_report_expected_shape(report: *const duramen_load_report, index: usize, rank: *mut usize) -> *const i64;
    pub fn duramen_load_report_actual_shape(report: *const duramen_load_report, index: usize, rank: *mut usize) -> *const i64;
    pub fn duramen_load_report_expected_dtype(report: *const duramen_load_report, index: usize) -> duramen_dtype;
    pub fn duramen_load_report_actual_dtype(report: *const duramen_load_report, index: usize) -> duramen_dtype;
    pub fn duramen_load_report_torch_message(report: *const duramen_load_report, strict: u32, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_load_report_retain(report: *const duramen_load_report) -> *mut duramen_load_report;
    pub fn duramen_load_report_release(report: *mut duramen_load_report);
    pub fn duramen_module_add_hook(module: *mut duramen_module, hook: *const duramen_module_hook, out: *mut u64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_remove_hook(module: *mut duramen_module, id: u64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_load_notes_list(notes: *const duramen_load_notes, kind: i32, out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_load_notes_add(notes: *mut duramen_load_notes, kind: i32, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_load_notes_remove(notes: *mut duramen_load_notes, kind: i32, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_load_notes_clear(notes: *mut duramen_load_notes, kind: i32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_load_notes_retain(notes: *mut duramen_load_notes) -> *mut duramen_load_notes;
    pub fn duramen_load_notes_release(notes: *mut duramen_load_notes);
    pub fn duramen_module_add_call_hook(module: *mut duramen_module, hook: *const duramen_call_hook, out: *mut u64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_has_call_hooks(module: *const duramen_module) -> u32;
    pub fn duramen_open_options_init(options: *mut duramen_open_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_limits_init(limits: *mut duramen_limits, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_save_options_init(options: *mut duramen_save_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_open(context: *mut duramen_context, path: *const c_char, path_length: usize, options: *const duramen_open_options, out: *mut *mut duramen_checkpoint, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_from_memory(context: *mut duramen_context, data: *const c_void, nbytes: usize, options: *const duramen_open_options, out: *mut *mut duramen_checkpoint, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_format(checkpoint: *const duramen_checkpoint, length: *mut usize) -> *const c_char;
    pub fn duramen_checkpoint_property(checkpoint: *const duramen_checkpoint, key: *const c_char, key_length: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_checkpoint_content(checkpoint: *const duramen_checkpoint) -> *const duramen_value;
    pub fn duramen_checkpoint_state_dict(context: *mut duramen_context, checkpoint: *const duramen_checkpoint, select: *const c_char, select_length: usize, out: *mut *mut duramen_state_dict, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_save(context: *mut duramen_context, dict: *const duramen_state_dict, path: *const c_char, path_length: usize, options: *const duramen_save_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_save(context: *mut duramen_context, value: *const duramen_value, path: *const c_char, path_length: usize, options: *const duramen_save_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_retain(checkpoint: *const duramen_checkpoint) -> *mut duramen_checkpoint;
    pub fn duramen_checkpoint_release(checkpoint: *mut duramen_checkpoint);
    pub fn duramen_state_dict_diff(context: *mut duramen_context, a: *const duramen_state_dict, b: *const duramen_state_dict, options: *const duramen_list_options, out: *mut *mut duramen_diff, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_diff_entries(diff: *const duramen_diff, count: *mut usize, stride: *mut usize) -> *const duramen_difference;
    pub fn duramen_diff_equal_count(diff: *const duramen_diff) -> usize;
    pub fn duramen_diff_json(diff: *const duramen_diff, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_diff_retain(diff: *const duramen_diff) -> *mut duramen_diff;
    pub fn duramen_diff_release(diff: *mut duramen_diff);
    pub fn duramen_state_dict_digest(context: *mut duramen_context, dict: *const duramen_state_dict, options: *const duramen_list_options, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_count(module: *const duramen_module, out: *mut usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_keys(module: *const duramen_module, out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_get(module: *const duramen_module, index: i64, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_set(module: *mut duramen_module, index: i64, child: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_append(module: *mut duramen_module, child: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_extend(module: *mut duramen_module, children: *const *mut duramen_module, count: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_insert(module: *mut duramen_module, index: i64, child: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_pop(module: *mut duramen_module, index: i64, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_slice(module: *const duramen_module, start: i64, stop: i64, step: i64, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_remove_slice(module: *mut duramen_module, start: i64, stop: i64, step: i64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_get_key(module: *const duramen_module, key: *const c_char, key_length: usize, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_set_key(module: *mut duramen_module, key: *const c_char, key_length: usize, child: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_pop_key(module: *mut duramen_module, key: *const c_char, key_length: usize, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_update(module: *mut duramen_module, from: *const duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_clear(module: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_get_value(module: *const duramen_module, key: *const c_char, key_length: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_set_value(module: *mut duramen_module, key: *const c_char, key_length: usize, value: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_extend_values(module: *mut duramen_module, values: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_container_pop_value(module: *mut duramen_module, key: *const c_char, key_length: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_to_dlpack(tensor: *mut duramen_tensor, out: *mut *mut DLManagedTensorVersioned, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_to_dlpack_legacy(tensor: *mut duramen_tensor, out: *mut *mut DLManagedTensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_from_dlpack_take(managed: *mut DLManagedTensorVersioned, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_from_dlpack_legacy_take(managed: *mut DLManagedTensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_metadata(checkpoint: *const duramen_checkpoint, key: *const c_char, key_length: usize, length: *mut usize) -> *const c_char;
    pub fn duramen_checkpoint_metadata_keys(checkpoint: *const duramen_checkpoint, out: *mut *mut duramen_string_list, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_entries(checkpoint: *const duramen_checkpoint, out: *mut *const duramen_file_entry, count: *mut usize, stride: *mut usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_tensor(context: *mut duramen_context, checkpoint: *const duramen_checkpoint, name: *const c_char, name_length: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_function_apply(context: *mut duramen_context, type_: *const duramen_function_type, user: *mut c_void, inputs: *const *mut duramen_tensor, input_count: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_function_apply_many(context: *mut duramen_context, type_: *const duramen_function_type, user: *mut c_void, inputs: *const *mut duramen_tensor, input_count: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_function_state_save_tensor(state: *mut duramen_function_state, tensor: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_function_state_saved_tensor(state: *const duramen_function_state, index: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_function_state_set_value(state: *mut duramen_function_state, value: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_function_state_value(state: *const duramen_function_state, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_function_state_needs_input_grad(state: *const duramen_function_state, index: usize) -> u32;
    pub fn duramen_function_state_retain(state: *mut duramen_function_state) -> *mut duramen_function_state;
    pub fn duramen_function_state_release(state: *mut duramen_function_state);
    pub fn duramen_tensor_fill_from_text(context: *mut duramen_context, tensor: *mut duramen_tensor, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_calculate_gain(text: *const c_char, text_length: usize, out: *mut f64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_create_custom(context: *mut duramen_context, type_: *const duramen_module_class, user: *mut c_void, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_derive(module: *mut duramen_module, type_: *const duramen_module_class, user: *mut c_void, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_call_base(context: *mut duramen_context, module: *mut duramen_module, arguments: *const duramen_value, keywords: *const duramen_value, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_extra_repr_base(module: *const duramen_module, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_text_options_init(options: *mut duramen_text_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_from_text_with(context: *mut duramen_context, text: *const c_char, text_length: usize, options: *const duramen_text_options, out: *mut *mut duramen_module, unknown: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_text(module: *const duramen_module, out: *mut *mut duramen_string, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_op_from_text(text: *const c_char, text_length: usize, out: *mut *mut duramen_op, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_op_name(op: *const duramen_op, length: *mut usize) -> *const c_char;
    pub fn duramen_op_apply(context: *mut duramen_context, op: *const duramen_op, arguments: *const duramen_value, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_op_apply_tensors(context: *mut duramen_context, op: *const duramen_op, inputs: *const *mut duramen_tensor, count: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_op_retain(op: *const duramen_op) -> *mut duramen_op;
    pub fn duramen_op_release(op: *mut duramen_op);
    pub fn duramen_add(context: *mut duramen_context, a: *mut duramen_tensor, b: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_sub(context: *mut duramen_context, a: *mut duramen_tensor, b: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_mul(context: *mut duramen_context, a: *mut duramen_tensor, b: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_div(context: *mut duramen_context, a: *mut duramen_tensor, b: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_matmul(context: *mut duramen_context, a: *mut duramen_tensor, b: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_linear(context: *mut duramen_context, input: *mut duramen_tensor, weight: *mut duramen_tensor, bias: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_neg(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_exp(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_log(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_sqrt(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_relu(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tanh(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_sigmoid(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_sum(context: *mut duramen_context, input: *mut duramen_tensor, dims: *const i64, dim_count: usize, keepdim: u32, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_mean(context: *mut duramen_context, input: *mut duramen_tensor, dims: *const i64, dim_count: usize, keepdim: u32, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_argmax(context: *mut duramen_context, input: *mut duramen_tensor, dim: i64, keepdim: u32, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_reshape(context: *mut duramen_context, input: *mut duramen_tensor, shape: *const i64, rank: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_flatten(context: *mut duramen_context, input: *mut duramen_tensor, start_dim: i64, end_dim: i64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_transpose(context: *mut duramen_context, input: *mut duramen_tensor, dim0: i64, dim1: i64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_permute(context: *mut duramen_context, input: *mut duramen_tensor, dims: *const i64, dim_count: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_expand(context: *mut duramen_context, input: *mut duramen_tensor, shape: *const i64, rank: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_select(context: *mut duramen_context, input: *mut duramen_tensor, dim: i64, index: i64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_slice(context: *mut duramen_context, input: *mut duramen_tensor, dim: i64, start: i64, stop: i64, step: i64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_unsqueeze(context: *mut duramen_context, input: *mut duramen_tensor, dim: i64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_squeeze(context: *mut duramen_context, input: *mut duramen_tensor, dim: i64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_cat(context: *mut duramen_context, inputs: *const *mut duramen_tensor, count: usize, dim: i64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_contiguous(context: *mut duramen_context, input: *mut duramen_tensor, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_to_dtype(context: *mut duramen_context, input: *mut duramen_tensor, dtype: duramen_dtype, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_dropout(context: *mut duramen_context, input: *mut duramen_tensor, probability: f64, training: u32, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_cross_entropy(context: *mut duramen_context, input: *mut duramen_tensor, target: *mut duramen_tensor, reduction: i32, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_mse_loss(context: *mut duramen_context, input: *mut duramen_tensor, target: *mut duramen_tensor, reduction: i32, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_from_text(context: *mut duramen_context, text: *const c_char, text_length: usize, parameters: *const *mut duramen_tensor, count: usize, out: *mut *mut duramen_optimizer, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_class_name(optimizer: *const duramen_optimizer, length: *mut usize) -> *const c_char;
    pub fn duramen_optimizer_step(context: *mut duramen_context, optimizer: *mut duramen_optimizer, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_zero_grad(optimizer: *mut duramen_optimizer, set_to_none: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_add_group(context: *mut duramen_context, optimizer: *mut duramen_optimizer, parameters: *const *mut duramen_tensor, count: usize, options: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_group_count(optimizer: *const duramen_optimizer) -> usize;
    pub fn duramen_optimizer_get_option(optimizer: *const duramen_optimizer, group: usize, name: *const c_char, name_length: usize, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_set_option(optimizer: *mut duramen_optimizer, group: usize, name: *const c_char, name_length: usize, value: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_set_lr(optimizer: *mut duramen_optimizer, group: usize, lr: f64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_state(optimizer: *const duramen_optimizer, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_load_state(context: *mut duramen_context, optimizer: *mut duramen_optimizer, state: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_retain(optimizer: *mut duramen_optimizer) -> *mut duramen_optimizer;
    pub fn duramen_optimizer_release(optimizer: *mut duramen_optimizer);
    pub fn duramen_options_create(out: *mut *mut duramen_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_none(options: *mut duramen_options, name: *const c_char, name_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_bool(options: *mut duramen_options, name: *const c_char, name_length: usize, value: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_int(options: *mut duramen_options, name: *const c_char, name_length: usize, value: i64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_float(options: *mut duramen_options, name: *const c_char, name_length: usize, value: f64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_text(options: *mut duramen_options, name: *const c_char, name_length: usize, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_ints(options: *mut duramen_options, name: *const c_char, name_length: usize, items: *const i64, count: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_floats(options: *mut duramen_options, name: *const c_char, name_length: usize, items: *const f64, count: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_list(options: *mut duramen_options, name: *const c_char, name_length: usize, items: *const *const duramen_value, count: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_value(options: *mut duramen_options, name: *const c_char, name_length: usize, value: *const duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_tensor(options: *mut duramen_options, name: *const c_char, name_length: usize, tensor: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_set_module(options: *mut duramen_options, name: *const c_char, name_length: usize, module: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_add_module(options: *mut duramen_options, name: *const c_char, name_length: usize, key: *const c_char, key_length: usize, module: *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_options_retain(options: *mut duramen_options) -> *mut duramen_options;
    pub fn duramen_options_release(options: *mut duramen_options);
    pub fn duramen_module_create(context: *mut duramen_context, type_: *const c_char, type_length: usize, options: *const duramen_options, out: *mut *mut duramen_module, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_op_create(name: *const c_char, name_length: usize, options: *const duramen_options, out: *mut *mut duramen_op, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_optimizer_create(context: *mut duramen_context, type_: *const c_char, type_length: usize, options: *const duramen_options, parameters: *const *mut duramen_tensor, count: usize, out: *mut *mut duramen_optimizer, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_fill_from_options(context: *mut duramen_context, tensor: *mut duramen_tensor, name: *const c_char, name_length: usize, options: *const duramen_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_parametrize(context: *mut duramen_context, module: *mut duramen_module, name: *const c_char, name_length: usize, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_get_parametrized(context: *mut duramen_context, module: *mut duramen_module, name: *const c_char, name_length: usize, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_set_parametrized(context: *mut duramen_context, module: *mut duramen_module, name: *const c_char, name_length: usize, value: *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_remove_parametrizations(context: *mut duramen_context, module: *mut duramen_module, name: *const c_char, name_length: usize, leave_parametrized: u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_view_memory(context: *mut duramen_context, data: *const c_void, nbytes: usize, user: *mut c_void, destroy: Option<duramen_destroy>, options: *const duramen_open_options, out: *mut *mut duramen_checkpoint, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_open_descriptor(context: *mut duramen_context, descriptor: i32, options: *const duramen_open_options, out: *mut *mut duramen_checkpoint, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_open_callback(context: *mut duramen_context, read: Option<duramen_read_at>, user: *mut c_void, nbytes: u64, options: *const duramen_open_options, out: *mut *mut duramen_checkpoint, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_to_bytes(context: *mut duramen_context, dict: *const duramen_state_dict, options: *const duramen_save_options, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_to_bytes(context: *mut duramen_context, value: *const duramen_value, options: *const duramen_save_options, out: *mut *mut duramen_value, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_write_descriptor(context: *mut duramen_context, dict: *const duramen_state_dict, descriptor: i32, options: *const duramen_save_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_write_descriptor(context: *mut duramen_context, value: *const duramen_value, descriptor: i32, options: *const duramen_save_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_state_dict_write_callback(context: *mut duramen_context, dict: *const duramen_state_dict, write: Option<duramen_write>, user: *mut c_void, options: *const duramen_save_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_value_write_callback(context: *mut duramen_context, value: *const duramen_value, write: Option<duramen_write>, user: *mut c_void, options: *const duramen_save_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_set_metadata(context: *mut duramen_context, path: *const c_char, path_length: usize, key: *const c_char, key_length: usize, text: *const c_char, text_length: usize, rewritten: *mut u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_checkpoint_edit_metadata(context: *mut duramen_context, path: *const c_char, path_length: usize, texts: *const duramen_value, rewritten: *mut u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_stream_create(path: *const c_char, path_length: usize, options: *const duramen_save_options, out: *mut *mut duramen_tensor_stream, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_stream_declare(stream: *mut duramen_tensor_stream, name: *const c_char, name_length: usize, dtype: duramen_dtype, shape: *const i64, rank: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_stream_set_metadata(stream: *mut duramen_tensor_stream, key: *const c_char, key_length: usize, text: *const c_char, text_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_stream_write(context: *mut duramen_context, stream: *mut duramen_tensor_stream, name: *const c_char, name_length: usize, tensor: *const duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_stream_finish(context: *mut duramen_context, stream: *mut duramen_tensor_stream, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_tensor_stream_retain(stream: *mut duramen_tensor_stream) -> *mut duramen_tensor_stream;
    pub fn duramen_tensor_stream_release(stream: *mut duramen_tensor_stream);
    pub fn duramen_blend_options_init(options: *mut duramen_blend_options, struct_size: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_copy_from(context: *mut duramen_context, target: *mut duramen_module, source: *const duramen_module, options: *const duramen_blend_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_lerp(context: *mut duramen_context, target: *mut duramen_module, source: *const duramen_module, weight: f64, options: *const duramen_blend_options, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_freeze(module: *mut duramen_module, include: *const c_char, include_length: usize, exclude: *const c_char, exclude_length: usize, count: *mut usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_unfreeze(module: *mut duramen_module, include: *const c_char, include_length: usize, exclude: *const c_char, exclude_length: usize, count: *mut usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_tie(module: *mut duramen_module, path: *const c_char, path_length: usize, source_path: *const c_char, source_path_length: usize, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_untie(context: *mut duramen_context, module: *mut duramen_module, path: *const c_char, path_length: usize, changed: *mut u32, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_flatten(context: *mut duramen_context, module: *const duramen_module, flags: u64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_unflatten(context: *mut duramen_context, module: *mut duramen_module, vector: *const duramen_tensor, flags: u64, error: *mut *mut duramen_error) -> duramen_status;
    pub fn duramen_module_pack(context: *mut duramen_context, module: *mut duramen_module, flags: u64, out: *mut *mut duramen_tensor, error: *mut *mut duramen_error) -> duramen_status;
}
