//! Where every field of every struct lies: written by tools/api.py from the headers of include/duramen.
//!
//! Sizes and alignments are asserted where the structs are (src/raw.rs), when the crate is compiled.
#![cfg(target_pointer_width = "64")]

use duramen_sys::*;
use std::mem::MaybeUninit;

macro_rules! offset {
    ($type:ty, $field:ident) => {{
        let place = MaybeUninit::<$type>::uninit();
        let start = place.as_ptr();
        // SAFETY: the address of a field is worked out, nothing is read.
        unsafe { std::ptr::addr_of!((*start).$field) as usize - start as usize }
    }};
}

#[test]
fn duramen_allocator_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_allocator, struct_size), 0);
    assert_eq!(offset!(duramen_allocator, reserved), 4);
    assert_eq!(offset!(duramen_allocator, alloc), 8);
    assert_eq!(offset!(duramen_allocator, free), 16);
    assert_eq!(offset!(duramen_allocator, user), 24);
    assert_eq!(offset!(duramen_allocator, destroy), 32);
}

#[test]
fn duramen_runner_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_runner, struct_size), 0);
    assert_eq!(offset!(duramen_runner, reserved), 4);
    assert_eq!(offset!(duramen_runner, run), 8);
    assert_eq!(offset!(duramen_runner, user), 16);
    assert_eq!(offset!(duramen_runner, destroy), 24);
}

#[test]
fn duramen_log_sink_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_log_sink, struct_size), 0);
    assert_eq!(offset!(duramen_log_sink, reserved), 4);
    assert_eq!(offset!(duramen_log_sink, log), 8);
    assert_eq!(offset!(duramen_log_sink, user), 16);
    assert_eq!(offset!(duramen_log_sink, destroy), 24);
}

#[test]
fn duramen_progress_sink_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_progress_sink, struct_size), 0);
    assert_eq!(offset!(duramen_progress_sink, reserved), 4);
    assert_eq!(offset!(duramen_progress_sink, progress), 8);
    assert_eq!(offset!(duramen_progress_sink, user), 16);
    assert_eq!(offset!(duramen_progress_sink, destroy), 24);
}

#[test]
fn duramen_context_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_context_options, struct_size), 0);
    assert_eq!(offset!(duramen_context_options, num_threads), 4);
    assert_eq!(offset!(duramen_context_options, seed), 8);
    assert_eq!(offset!(duramen_context_options, flags), 16);
    assert_eq!(offset!(duramen_context_options, allocator), 24);
    assert_eq!(offset!(duramen_context_options, runner), 32);
    assert_eq!(offset!(duramen_context_options, log), 40);
}

#[test]
fn duramen_allocator_statistics_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_allocator_statistics, struct_size), 0);
    assert_eq!(offset!(duramen_allocator_statistics, reserved), 4);
    assert_eq!(offset!(duramen_allocator_statistics, bytes_in_use), 8);
    assert_eq!(offset!(duramen_allocator_statistics, bytes_cached), 16);
    assert_eq!(offset!(duramen_allocator_statistics, peak_bytes_in_use), 24);
    assert_eq!(offset!(duramen_allocator_statistics, blocks_in_use), 32);
}

#[test]
fn duramen_import_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_import_options, struct_size), 0);
    assert_eq!(offset!(duramen_import_options, mode), 4);
    assert_eq!(offset!(duramen_import_options, dtype), 8);
    assert_eq!(offset!(duramen_import_options, rank), 12);
    assert_eq!(offset!(duramen_import_options, shape), 16);
    assert_eq!(offset!(duramen_import_options, strides), 24);
    assert_eq!(offset!(duramen_import_options, data), 32);
    assert_eq!(offset!(duramen_import_options, nbytes), 40);
    assert_eq!(offset!(duramen_import_options, user), 48);
    assert_eq!(offset!(duramen_import_options, destroy), 56);
}

#[test]
fn duramen_backward_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_backward_options, struct_size), 0);
    assert_eq!(offset!(duramen_backward_options, reserved), 4);
    assert_eq!(offset!(duramen_backward_options, flags), 8);
    assert_eq!(offset!(duramen_backward_options, inputs), 16);
    assert_eq!(offset!(duramen_backward_options, input_count), 24);
}

#[test]
fn duramen_list_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_list_options, struct_size), 0);
    assert_eq!(offset!(duramen_list_options, dtype), 4);
    assert_eq!(offset!(duramen_list_options, kinds), 8);
    assert_eq!(offset!(duramen_list_options, flags), 16);
    assert_eq!(offset!(duramen_list_options, prefix), 24);
    assert_eq!(offset!(duramen_list_options, prefix_length), 32);
    assert_eq!(offset!(duramen_list_options, include), 40);
    assert_eq!(offset!(duramen_list_options, include_length), 48);
    assert_eq!(offset!(duramen_list_options, exclude), 56);
    assert_eq!(offset!(duramen_list_options, exclude_length), 64);
}

#[test]
fn duramen_entry_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_entry, name), 0);
    assert_eq!(offset!(duramen_entry, name_length), 8);
    assert_eq!(offset!(duramen_entry, flags), 16);
    assert_eq!(offset!(duramen_entry, kind), 24);
    assert_eq!(offset!(duramen_entry, rank), 32);
    assert_eq!(offset!(duramen_entry, dtype), 36);
    assert_eq!(offset!(duramen_entry, shape), 40);
    assert_eq!(offset!(duramen_entry, nbytes), 48);
    assert_eq!(offset!(duramen_entry, first_index), 56);
    assert_eq!(offset!(duramen_entry, first_storage_index), 64);
    assert_eq!(offset!(duramen_entry, tensor), 72);
    assert_eq!(offset!(duramen_entry, module), 80);
    assert_eq!(offset!(duramen_entry, value), 88);
}

#[test]
fn duramen_rename_callback_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_rename_callback, struct_size), 0);
    assert_eq!(offset!(duramen_rename_callback, reserved), 4);
    assert_eq!(offset!(duramen_rename_callback, name), 8);
    assert_eq!(offset!(duramen_rename_callback, name_length), 16);
    assert_eq!(offset!(duramen_rename_callback, rename), 24);
    assert_eq!(offset!(duramen_rename_callback, user), 32);
    assert_eq!(offset!(duramen_rename_callback, destroy), 40);
}

#[test]
fn duramen_load_policy_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_load_policy, struct_size), 0);
    assert_eq!(offset!(duramen_load_policy, reserved), 4);
    assert_eq!(offset!(duramen_load_policy, pattern), 8);
    assert_eq!(offset!(duramen_load_policy, pattern_length), 16);
    assert_eq!(offset!(duramen_load_policy, policy), 24);
}

#[test]
fn duramen_load_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_load_options, struct_size), 0);
    assert_eq!(offset!(duramen_load_options, reserved), 4);
    assert_eq!(offset!(duramen_load_options, policy), 8);
    assert_eq!(offset!(duramen_load_options, rename), 16);
    assert_eq!(offset!(duramen_load_options, policies), 24);
    assert_eq!(offset!(duramen_load_options, policy_count), 32);
}

#[test]
fn duramen_module_hook_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_module_hook, struct_size), 0);
    assert_eq!(offset!(duramen_module_hook, reserved), 4);
    assert_eq!(offset!(duramen_module_hook, register_parameter), 8);
    assert_eq!(offset!(duramen_module_hook, register_buffer), 16);
    assert_eq!(offset!(duramen_module_hook, register_child), 24);
    assert_eq!(offset!(duramen_module_hook, before_state_dict), 32);
    assert_eq!(offset!(duramen_module_hook, after_state_dict), 40);
    assert_eq!(offset!(duramen_module_hook, before_load), 48);
    assert_eq!(offset!(duramen_module_hook, after_load), 56);
    assert_eq!(offset!(duramen_module_hook, user), 64);
    assert_eq!(offset!(duramen_module_hook, destroy), 72);
}

#[test]
fn duramen_call_hook_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_call_hook, struct_size), 0);
    assert_eq!(offset!(duramen_call_hook, reserved), 4);
    assert_eq!(offset!(duramen_call_hook, flags), 8);
    assert_eq!(offset!(duramen_call_hook, before_forward), 16);
    assert_eq!(offset!(duramen_call_hook, after_forward), 24);
    assert_eq!(offset!(duramen_call_hook, before_backward), 32);
    assert_eq!(offset!(duramen_call_hook, after_backward), 40);
    assert_eq!(offset!(duramen_call_hook, user), 48);
    assert_eq!(offset!(duramen_call_hook, destroy), 56);
}

#[test]
fn duramen_limits_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_limits, struct_size), 0);
    assert_eq!(offset!(duramen_limits, max_depth), 4);
    assert_eq!(offset!(duramen_limits, max_entries), 8);
    assert_eq!(offset!(duramen_limits, max_header_bytes), 16);
    assert_eq!(offset!(duramen_limits, max_tensor_bytes), 24);
    assert_eq!(offset!(duramen_limits, max_total_bytes), 32);
}

#[test]
fn duramen_open_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_open_options, struct_size), 0);
    assert_eq!(offset!(duramen_open_options, reserved), 4);
    assert_eq!(offset!(duramen_open_options, flags), 8);
    assert_eq!(offset!(duramen_open_options, limits), 16);
}

#[test]
fn duramen_save_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_save_options, struct_size), 0);
    assert_eq!(offset!(duramen_save_options, format), 4);
    assert_eq!(offset!(duramen_save_options, durability), 8);
    assert_eq!(offset!(duramen_save_options, alignment), 12);
    assert_eq!(offset!(duramen_save_options, max_shard_bytes), 16);
}

#[test]
fn duramen_difference_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_difference, name), 0);
    assert_eq!(offset!(duramen_difference, name_length), 8);
    assert_eq!(offset!(duramen_difference, what), 16);
    assert_eq!(offset!(duramen_difference, a_dtype), 24);
    assert_eq!(offset!(duramen_difference, b_dtype), 28);
    assert_eq!(offset!(duramen_difference, a_rank), 32);
    assert_eq!(offset!(duramen_difference, b_rank), 36);
    assert_eq!(offset!(duramen_difference, has_distance), 40);
    assert_eq!(offset!(duramen_difference, reserved), 44);
    assert_eq!(offset!(duramen_difference, a_shape), 48);
    assert_eq!(offset!(duramen_difference, b_shape), 56);
    assert_eq!(offset!(duramen_difference, different), 64);
    assert_eq!(offset!(duramen_difference, a_nan_count), 72);
    assert_eq!(offset!(duramen_difference, b_nan_count), 80);
    assert_eq!(offset!(duramen_difference, nan_in_one), 88);
    assert_eq!(offset!(duramen_difference, distance), 96);
}

#[test]
fn duramen_file_entry_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_file_entry, name), 0);
    assert_eq!(offset!(duramen_file_entry, name_length), 8);
    assert_eq!(offset!(duramen_file_entry, shape), 16);
    assert_eq!(offset!(duramen_file_entry, strides), 24);
    assert_eq!(offset!(duramen_file_entry, nbytes), 32);
    assert_eq!(offset!(duramen_file_entry, offset), 40);
    assert_eq!(offset!(duramen_file_entry, first_storage_index), 48);
    assert_eq!(offset!(duramen_file_entry, value), 56);
    assert_eq!(offset!(duramen_file_entry, dtype), 64);
    assert_eq!(offset!(duramen_file_entry, rank), 68);
}

#[test]
fn duramen_function_type_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_function_type, struct_size), 0);
    assert_eq!(offset!(duramen_function_type, output_count), 4);
    assert_eq!(offset!(duramen_function_type, flags), 8);
    assert_eq!(offset!(duramen_function_type, name), 16);
    assert_eq!(offset!(duramen_function_type, name_length), 24);
    assert_eq!(offset!(duramen_function_type, forward), 32);
    assert_eq!(offset!(duramen_function_type, backward), 40);
    assert_eq!(offset!(duramen_function_type, destroy), 48);
}

#[test]
fn duramen_module_class_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_module_class, struct_size), 0);
    assert_eq!(offset!(duramen_module_class, reserved), 4);
    assert_eq!(offset!(duramen_module_class, name), 8);
    assert_eq!(offset!(duramen_module_class, name_length), 16);
    assert_eq!(offset!(duramen_module_class, version), 24);
    assert_eq!(offset!(duramen_module_class, forward), 32);
    assert_eq!(offset!(duramen_module_class, clone), 40);
    assert_eq!(offset!(duramen_module_class, extra_repr), 48);
    assert_eq!(offset!(duramen_module_class, get_extra_state), 56);
    assert_eq!(offset!(duramen_module_class, set_extra_state), 64);
    assert_eq!(offset!(duramen_module_class, destroy), 72);
}

#[test]
fn duramen_text_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_text_options, struct_size), 0);
    assert_eq!(offset!(duramen_text_options, reserved), 4);
    assert_eq!(offset!(duramen_text_options, flags), 8);
    assert_eq!(offset!(duramen_text_options, scope), 16);
    assert_eq!(offset!(duramen_text_options, arguments), 24);
}

#[test]
fn duramen_blend_options_has_the_layout_of_c() {
    assert_eq!(offset!(duramen_blend_options, struct_size), 0);
    assert_eq!(offset!(duramen_blend_options, buffers), 4);
    assert_eq!(offset!(duramen_blend_options, include), 8);
    assert_eq!(offset!(duramen_blend_options, include_length), 16);
    assert_eq!(offset!(duramen_blend_options, exclude), 24);
    assert_eq!(offset!(duramen_blend_options, exclude_length), 32);
}
