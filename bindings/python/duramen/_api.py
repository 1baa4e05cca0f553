"""The C interface as tables: written by tools/api.py from the headers of include/duramen.

i I q Q are integers of 32 and 64 bits, B one of 8, Z a size, d a double, S a terminated text, P any other pointer.
"""

from __future__ import annotations

VERSION = "0.2.0"
LEVEL = 2
EPOCH = 0

FUNCTIONS: dict[str, str] = {
    "duramen_api_level": "I:",
    "duramen_abi_epoch": "I:",
    "duramen_version_string": "S:",
    "duramen_feature_supported": "I:SZ",
    "duramen_status_name": "S:i",
    "duramen_check_compat": "i:IIP",
    "duramen_dtype_name": "S:i",
    "duramen_dtype_bits": "I:i",
    "duramen_dtype_from_name": "i:SZ",
    "duramen_error_status": "i:P",
    "duramen_error_message": "P:PP",
    "duramen_error_detail": "P:PSZP",
    "duramen_error_detail_count": "Z:P",
    "duramen_error_detail_key": "P:PZP",
    "duramen_error_detail_value": "P:PZP",
    "duramen_error_cause": "P:P",
    "duramen_error_create": "i:iSZP",
    "duramen_error_retain": "P:P",
    "duramen_error_release": "v:P",
    "duramen_string_data": "P:PP",
    "duramen_string_create": "i:SZPP",
    "duramen_string_retain": "P:P",
    "duramen_string_release": "v:P",
    "duramen_string_list_count": "Z:P",
    "duramen_string_list_item": "P:PZP",
    "duramen_string_list_retain": "P:P",
    "duramen_string_list_release": "v:P",
    "duramen_context_options_init": "i:PZP",
    "duramen_context_create": "i:PPP",
    "duramen_context_num_threads": "I:P",
    "duramen_context_seed": "i:PQP",
    "duramen_context_initial_seed": "Q:P",
    "duramen_context_generator_state": "i:PPZPP",
    "duramen_context_set_generator_state": "i:PPZP",
    "duramen_context_grad_enabled": "I:P",
    "duramen_context_set_grad_enabled": "i:PIP",
    "duramen_context_default_dtype": "i:P",
    "duramen_context_set_default_dtype": "i:PiP",
    "duramen_context_cancel": "v:P",
    "duramen_context_reset_cancel": "v:P",
    "duramen_context_is_cancelled": "I:P",
    "duramen_context_set_log": "i:PPP",
    "duramen_context_set_progress": "i:PPP",
    "duramen_context_allocator_statistics": "i:PPP",
    "duramen_context_trim": "i:PP",
    "duramen_context_blas_info": "i:PPP",
    "duramen_build_info": "i:PP",
    "duramen_context_retain": "P:P",
    "duramen_context_release": "v:P",
    "duramen_import_options_init": "i:PZP",
    "duramen_tensor_import": "i:PPPP",
    "duramen_tensor_empty": "i:PiPZPP",
    "duramen_tensor_zeros": "i:PiPZPP",
    "duramen_tensor_full": "i:PiPZdPP",
    "duramen_parameter_create": "i:PIPP",
    "duramen_tensor_dtype": "i:P",
    "duramen_tensor_rank": "Z:P",
    "duramen_tensor_numel": "q:P",
    "duramen_tensor_nbytes": "Q:P",
    "duramen_tensor_shape": "i:PPZPP",
    "duramen_tensor_strides": "i:PPZPP",
    "duramen_tensor_offset": "q:P",
    "duramen_tensor_is_contiguous": "I:P",
    "duramen_tensor_is_parameter": "I:P",
    "duramen_tensor_device_type": "i:P",
    "duramen_tensor_storage_id": "Q:P",
    "duramen_tensor_version": "Q:P",
    "duramen_tensor_data_const": "i:PPP",
    "duramen_tensor_data_mut": "i:PPP",
    "duramen_tensor_item": "i:PPZPP",
    "duramen_tensor_read": "i:PPiPZP",
    "duramen_tensor_copy_from": "i:PPPP",
    "duramen_tensor_fill": "i:PPdP",
    "duramen_tensor_fill_uniform": "i:PPddP",
    "duramen_tensor_fill_normal": "i:PPddP",
    "duramen_tensor_clone": "i:PPPP",
    "duramen_tensor_retain": "P:P",
    "duramen_tensor_release": "v:P",
    "duramen_backward_options_init": "i:PZP",
    "duramen_tensor_backward": "i:PPPPP",
    "duramen_tensor_requires_grad": "I:P",
    "duramen_tensor_set_requires_grad": "i:PIP",
    "duramen_tensor_is_leaf": "I:P",
    "duramen_tensor_grad": "i:PPP",
    "duramen_tensor_set_grad": "i:PPP",
    "duramen_tensor_grad_fn_name": "i:PPP",
    "duramen_tensor_detach": "i:PPPP",
    "duramen_value_create_none": "i:PP",
    "duramen_value_create_bool": "i:IPP",
    "duramen_value_create_int": "i:qPP",
    "duramen_value_create_big_int": "i:SZPP",
    "duramen_value_create_float": "i:dPP",
    "duramen_value_create_complex": "i:ddPP",
    "duramen_value_create_text": "i:SZPP",
    "duramen_value_create_bytes": "i:PZPP",
    "duramen_value_create_tensor": "i:PPP",
    "duramen_value_create_list": "i:PZPP",
    "duramen_value_create_tuple": "i:PZPP",
    "duramen_value_create_dict": "i:PPZPP",
    "duramen_value_create_ordered_dict": "i:PPZPP",
    "duramen_value_create_dict_with_attributes": "i:PPZPPP",
    "duramen_value_item_names": "i:PPP",
    "duramen_value_kind": "i:P",
    "duramen_value_kind_name": "S:i",
    "duramen_value_bool": "I:P",
    "duramen_value_int": "q:P",
    "duramen_value_float": "d:P",
    "duramen_value_imag": "d:P",
    "duramen_value_text": "P:PP",
    "duramen_value_bytes": "P:PP",
    "duramen_value_tensor": "P:P",
    "duramen_value_count": "Z:P",
    "duramen_value_item": "P:PZ",
    "duramen_value_key": "P:PZ",
    "duramen_value_find": "P:PSZ",
    "duramen_value_class_name": "P:PP",
    "duramen_value_attributes": "P:P",
    "duramen_value_retain": "P:P",
    "duramen_value_release": "v:P",
    "duramen_list_options_init": "i:PZP",
    "duramen_module_list": "i:PPPP",
    "duramen_listing_entries": "P:PPP",
    "duramen_listing_find": "P:PSZ",
    "duramen_pattern_match": "i:SZSZPP",
    "duramen_listing_retain": "P:P",
    "duramen_listing_release": "v:P",
    "duramen_scope_create": "i:PP",
    "duramen_scope_set_tensor": "i:PSZPP",
    "duramen_scope_set_module": "i:PSZPP",
    "duramen_scope_retain": "P:P",
    "duramen_scope_release": "v:P",
    "duramen_module_from_text": "i:PSZPP",
    "duramen_registry_describe": "i:PP",
    "duramen_module_class_name": "P:PP",
    "duramen_module_repr": "i:PPP",
    "duramen_module_register_parameter": "i:PSZPP",
    "duramen_module_register_buffer": "i:PSZPIP",
    "duramen_module_register_child": "i:PSZPP",
    "duramen_module_remove": "i:PSZP",
    "duramen_module_assign_tensor": "i:PSZPP",
    "duramen_module_assign_module": "i:PSZPP",
    "duramen_module_get_submodule": "i:PSZPP",
    "duramen_module_get_parameter": "i:PSZPP",
    "duramen_module_get_buffer": "i:PSZPP",
    "duramen_module_set_submodule": "i:PSZPIP",
    "duramen_module_forward": "i:PPPPP",
    "duramen_module_forward_many": "i:PPPZPP",
    "duramen_module_call": "i:PPPPPP",
    "duramen_module_is_training": "I:P",
    "duramen_module_train": "i:PIP",
    "duramen_module_set_requires_grad": "i:PIP",
    "duramen_module_zero_grad": "i:PIP",
    "duramen_module_reset_parameters": "i:PPP",
    "duramen_module_initialize_parameters": "i:PPPP",
    "duramen_module_reset_running_stats": "i:PP",
    "duramen_module_deepcopy": "i:PPPP",
    "duramen_module_to_dtype": "i:PPiP",
    "duramen_module_convert": "i:PPiiP",
    "duramen_module_apply": "i:PPPP",
    "duramen_module_set_attachment": "i:PPPPP",
    "duramen_module_attachment": "i:PPPP",
    "duramen_module_retain": "P:P",
    "duramen_module_release": "v:P",
    "duramen_state_dict_create": "i:PP",
    "duramen_module_state_dict": "i:PSZQPP",
    "duramen_module_add_state_dict": "i:PPSZQP",
    "duramen_state_dict_snapshot": "i:PPPP",
    "duramen_state_dict_copy": "i:PPP",
    "duramen_state_dict_from_value": "i:PSZPP",
    "duramen_state_dict_to_value": "i:PPP",
    "duramen_state_dict_list": "i:PPPP",
    "duramen_state_dict_count": "Z:P",
    "duramen_state_dict_get_tensor": "i:PSZPP",
    "duramen_state_dict_get_value": "i:PSZPP",
    "duramen_state_dict_set_tensor": "i:PSZPP",
    "duramen_state_dict_set_value": "i:PSZPP",
    "duramen_state_dict_remove": "i:PSZP",
    "duramen_state_dict_strip_prefix": "i:PSZP",
    "duramen_state_dict_has_versions": "I:P",
    "duramen_state_dict_version": "i:PSZPP",
    "duramen_state_dict_set_version": "i:PSZqP",
    "duramen_state_dict_version_paths": "i:PPP",
    "duramen_state_dict_metadata": "i:PSZPP",
    "duramen_state_dict_set_metadata": "i:PSZSZP",
    "duramen_state_dict_metadata_keys": "i:PPP",
    "duramen_state_dict_retain": "P:P",
    "duramen_state_dict_release": "v:P",
    "duramen_rename_rules_create": "i:PP",
    "duramen_rename_rules_add": "i:PiSZSZP",
    "duramen_rename_rules_add_text": "i:PSZP",
    "duramen_rename_rules_add_callback": "i:PPP",
    "duramen_rename_rules_count": "Z:P",
    "duramen_rename_rules_list": "i:PPP",
    "duramen_rename_preset_list": "i:PP",
    "duramen_rename_preset_describe": "i:SZPP",
    "duramen_state_dict_rename": "i:PPPP",
    "duramen_rename_rules_retain": "P:P",
    "duramen_rename_rules_release": "v:P",
    "duramen_load_options_init": "i:PZP",
    "duramen_module_load_state_dict": "i:PPPPPP",
    "duramen_module_match": "i:PPPPP",
    "duramen_rename_rules_preview": "i:PPPP",
    "duramen_error_load_report": "P:P",
    "duramen_load_report_loaded": "Z:P",
    "duramen_load_report_count": "Z:Pi",
    "duramen_load_report_kind": "i:PZ",
    "duramen_load_report_name": "P:PZP",
    "duramen_load_report_text": "P:PZP",
    "duramen_load_report_nearest": "P:PZP",
    "duramen_load_report_is_error": "I:PZ",
    "duramen_load_report_origin": "P:PZP",
    "duramen_load_report_rule": "P:PZP",
    "duramen_load_report_suggestion": "P:PP",
    "duramen_load_report_suggestion_count": "Z:P",
    "duramen_load_report_describe": "i:PZPP",
    "duramen_load_report_expected_shape": "P:PZP",
    "duramen_load_report_actual_shape": "P:PZP",
    "duramen_load_report_expected_dtype": "i:PZ",
    "duramen_load_report_actual_dtype": "i:PZ",
    "duramen_load_report_torch_message": "i:PIPP",
    "duramen_load_report_retain": "P:P",
    "duramen_load_report_release": "v:P",
    "duramen_module_add_hook": "i:PPPP",
    "duramen_module_remove_hook": "i:PQP",
    "duramen_load_notes_list": "i:PiPP",
    "duramen_load_notes_add": "i:PiSZP",
    "duramen_load_notes_remove": "i:PiSZP",
    "duramen_load_notes_clear": "i:PiP",
    "duramen_load_notes_retain": "P:P",
    "duramen_load_notes_release": "v:P",
    "duramen_module_add_call_hook": "i:PPPP",
    "duramen_module_has_call_hooks": "I:P",
    "duramen_open_options_init": "i:PZP",
    "duramen_limits_init": "i:PZP",
    "duramen_save_options_init": "i:PZP",
    "duramen_checkpoint_open": "i:PSZPPP",
    "duramen_checkpoint_from_memory": "i:PPZPPP",
    "duramen_checkpoint_format": "P:PP",
    "duramen_checkpoint_property": "P:PSZP",
    "duramen_checkpoint_content": "P:P",
    "duramen_checkpoint_state_dict": "i:PPSZPP",
    "duramen_state_dict_save": "i:PPSZPP",
    "duramen_value_save": "i:PPSZPP",
    "duramen_checkpoint_retain": "P:P",
    "duramen_checkpoint_release": "v:P",
    "duramen_state_dict_diff": "i:PPPPPP",
    "duramen_diff_entries": "P:PPP",
    "duramen_diff_equal_count": "Z:P",
    "duramen_diff_json": "i:PPP",
    "duramen_diff_retain": "P:P",
    "duramen_diff_release": "v:P",
    "duramen_state_dict_digest": "i:PPPPP",
    "duramen_container_count": "i:PPP",
    "duramen_container_keys": "i:PPP",
    "duramen_container_get": "i:PqPP",
    "duramen_container_set": "i:PqPP",
    "duramen_container_append": "i:PPP",
    "duramen_container_extend": "i:PPZP",
    "duramen_container_insert": "i:PqPP",
    "duramen_container_pop": "i:PqPP",
    "duramen_container_slice": "i:PqqqPP",
    "duramen_container_remove_slice": "i:PqqqP",
    "duramen_container_get_key": "i:PSZPP",
    "duramen_container_set_key": "i:PSZPP",
    "duramen_container_pop_key": "i:PSZPP",
    "duramen_container_update": "i:PPP",
    "duramen_container_clear": "i:PP",
    "duramen_container_get_value": "i:PSZPP",
    "duramen_container_set_value": "i:PSZPP",
    "duramen_container_extend_values": "i:PPP",
    "duramen_container_pop_value": "i:PSZPP",
    "duramen_tensor_to_dlpack": "i:PPP",
    "duramen_tensor_to_dlpack_legacy": "i:PPP",
    "duramen_tensor_from_dlpack_take": "i:PPP",
    "duramen_tensor_from_dlpack_legacy_take": "i:PPP",
    "duramen_checkpoint_metadata": "P:PSZP",
    "duramen_checkpoint_metadata_keys": "i:PPP",
    "duramen_checkpoint_entries": "i:PPPPP",
    "duramen_checkpoint_tensor": "i:PPSZPP",
    "duramen_function_apply": "i:PPPPZPP",
    "duramen_function_apply_many": "i:PPPPZPP",
    "duramen_function_state_save_tensor": "i:PPP",
    "duramen_function_state_saved_tensor": "i:PZPP",
    "duramen_function_state_set_value": "i:PPP",
    "duramen_function_state_value": "i:PPP",
    "duramen_function_state_needs_input_grad": "I:PZ",
    "duramen_function_state_retain": "P:P",
    "duramen_function_state_release": "v:P",
    "duramen_tensor_fill_from_text": "i:PPSZP",
    "duramen_calculate_gain": "i:SZPP",
    "duramen_module_create_custom": "i:PPPPP",
    "duramen_module_derive": "i:PPPP",
    "duramen_module_call_base": "i:PPPPPP",
    "duramen_module_extra_repr_base": "i:PPP",
    "duramen_text_options_init": "i:PZP",
    "duramen_module_from_text_with": "i:PSZPPPP",
    "duramen_module_text": "i:PPP",
    "duramen_op_from_text": "i:SZPP",
    "duramen_op_name": "P:PP",
    "duramen_op_apply": "i:PPPPP",
    "duramen_op_apply_tensors": "i:PPPZPP",
    "duramen_op_retain": "P:P",
    "duramen_op_release": "v:P",
    "duramen_add": "i:PPPPP",
    "duramen_sub": "i:PPPPP",
    "duramen_mul": "i:PPPPP",
    "duramen_div": "i:PPPPP",
    "duramen_matmul": "i:PPPPP",
    "duramen_linear": "i:PPPPPP",
    "duramen_neg": "i:PPPP",
    "duramen_exp": "i:PPPP",
    "duramen_log": "i:PPPP",
    "duramen_sqrt": "i:PPPP",
    "duramen_relu": "i:PPPP",
    "duramen_tanh": "i:PPPP",
    "duramen_sigmoid": "i:PPPP",
    "duramen_sum": "i:PPPZIPP",
    "duramen_mean": "i:PPPZIPP",
    "duramen_argmax": "i:PPqIPP",
    "duramen_reshape": "i:PPPZPP",
    "duramen_flatten": "i:PPqqPP",
    "duramen_transpose": "i:PPqqPP",
    "duramen_permute": "i:PPPZPP",
    "duramen_expand": "i:PPPZPP",
    "duramen_select": "i:PPqqPP",
    "duramen_slice": "i:PPqqqqPP",
    "duramen_unsqueeze": "i:PPqPP",
    "duramen_squeeze": "i:PPqPP",
    "duramen_cat": "i:PPZqPP",
    "duramen_contiguous": "i:PPPP",
    "duramen_to_dtype": "i:PPiPP",
    "duramen_dropout": "i:PPdIPP",
    "duramen_cross_entropy": "i:PPPiPP",
    "duramen_mse_loss": "i:PPPiPP",
    "duramen_optimizer_from_text": "i:PSZPZPP",
    "duramen_optimizer_class_name": "P:PP",
    "duramen_optimizer_step": "i:PPP",
    "duramen_optimizer_zero_grad": "i:PIP",
    "duramen_optimizer_add_group": "i:PPPZPP",
    "duramen_optimizer_group_count": "Z:P",
    "duramen_optimizer_get_option": "i:PZSZPP",
    "duramen_optimizer_set_option": "i:PZSZPP",
    "duramen_optimizer_set_lr": "i:PZdP",
    "duramen_optimizer_state": "i:PPP",
    "duramen_optimizer_load_state": "i:PPPP",
    "duramen_optimizer_retain": "P:P",
    "duramen_optimizer_release": "v:P",
    "duramen_options_create": "i:PP",
    "duramen_options_set_none": "i:PSZP",
    "duramen_options_set_bool": "i:PSZIP",
    "duramen_options_set_int": "i:PSZqP",
    "duramen_options_set_float": "i:PSZdP",
    "duramen_options_set_text": "i:PSZSZP",
    "duramen_options_set_ints": "i:PSZPZP",
    "duramen_options_set_floats": "i:PSZPZP",
    "duramen_options_set_list": "i:PSZPZP",
    "duramen_options_set_value": "i:PSZPP",
    "duramen_options_set_tensor": "i:PSZPP",
    "duramen_options_set_module": "i:PSZPP",
    "duramen_options_add_module": "i:PSZSZPP",
    "duramen_options_retain": "P:P",
    "duramen_options_release": "v:P",
    "duramen_module_create": "i:PSZPPP",
    "duramen_op_create": "i:SZPPP",
    "duramen_optimizer_create": "i:PSZPPZPP",
    "duramen_tensor_fill_from_options": "i:PPSZPP",
    "duramen_module_parametrize": "i:PPSZSZP",
    "duramen_module_get_parametrized": "i:PPSZPP",
    "duramen_module_set_parametrized": "i:PPSZPP",
    "duramen_module_remove_parametrizations": "i:PPSZIP",
    "duramen_checkpoint_view_memory": "i:PPZPPPPP",
    "duramen_checkpoint_open_descriptor": "i:PiPPP",
    "duramen_checkpoint_open_callback": "i:PPPQPPP",
    "duramen_state_dict_to_bytes": "i:PPPPP",
    "duramen_value_to_bytes": "i:PPPPP",
    "duramen_state_dict_write_descriptor": "i:PPiPP",
    "duramen_value_write_descriptor": "i:PPiPP",
    "duramen_state_dict_write_callback": "i:PPPPPP",
    "duramen_value_write_callback": "i:PPPPPP",
    "duramen_checkpoint_set_metadata": "i:PSZSZSZPP",
    "duramen_checkpoint_edit_metadata": "i:PSZPPP",
    "duramen_tensor_stream_create": "i:SZPPP",
    "duramen_tensor_stream_declare": "i:PSZiPZP",
    "duramen_tensor_stream_set_metadata": "i:PSZSZP",
    "duramen_tensor_stream_write": "i:PPSZPP",
    "duramen_tensor_stream_finish": "i:PPP",
    "duramen_tensor_stream_retain": "P:P",
    "duramen_tensor_stream_release": "v:P",
    "duramen_blend_options_init": "i:PZP",
    "duramen_module_copy_from": "i:PPPPP",
    "duramen_module_lerp": "i:PPPdPP",
    "duramen_module_freeze": "i:PSZSZPP",
    "duramen_module_unfreeze": "i:PSZSZPP",
    "duramen_module_tie": "i:PSZSZP",
    "duramen_module_untie": "i:PPSZPP",
    "duramen_module_flatten": "i:PPQPP",
    "duramen_module_unflatten": "i:PPPQP",
    "duramen_module_pack": "i:PPQPP",
}

STRUCTS: dict[str, tuple[tuple[str, str], ...]] = {
    "duramen_allocator": (("struct_size", "I"), ("reserved", "I"), ("alloc", "P"), ("free", "P"), ("user", "P"), ("destroy", "P")),
    "duramen_runner": (("struct_size", "I"), ("reserved", "I"), ("run", "P"), ("user", "P"), ("destroy", "P")),
    "duramen_log_sink": (("struct_size", "I"), ("reserved", "I"), ("log", "P"), ("user", "P"), ("destroy", "P")),
    "duramen_progress_sink": (("struct_size", "I"), ("reserved", "I"), ("progress", "P"), ("user", "P"), ("destroy", "P")),
    "duramen_context_options": (("struct_size", "I"), ("num_threads", "I"), ("seed", "Q"), ("flags", "Q"), ("allocator", "P"), ("runner", "P"), ("log", "P")),
    "duramen_allocator_statistics": (("struct_size", "I"), ("reserved", "I"), ("bytes_in_use", "Q"), ("bytes_cached", "Q"), ("peak_bytes_in_use", "Q"), ("blocks_in_use", "Q")),
    "duramen_import_options": (("struct_size", "I"), ("mode", "i"), ("dtype", "i"), ("rank", "I"), ("shape", "P"), ("strides", "P"), ("data", "P"), ("nbytes", "Q"), ("user", "P"), ("destroy", "P")),
    "duramen_backward_options": (("struct_size", "I"), ("reserved", "I"), ("flags", "Q"), ("inputs", "P"), ("input_count", "Q")),
    "duramen_list_options": (("struct_size", "I"), ("dtype", "i"), ("kinds", "Q"), ("flags", "Q"), ("prefix", "S"), ("prefix_length", "Q"), ("include", "S"), ("include_length", "Q"), ("exclude", "S"), ("exclude_length", "Q")),
    "duramen_entry": (("name", "S"), ("name_length", "Q"), ("flags", "Q"), ("kind", "Q"), ("rank", "I"), ("dtype", "i"), ("shape", "P"), ("nbytes", "Q"), ("first_index", "Q"), ("first_storage_index", "Q"), ("tensor", "P"), ("module", "P"), ("value", "P")),
    "duramen_rename_callback": (("struct_size", "I"), ("reserved", "I"), ("name", "S"), ("name_length", "Q"), ("rename", "P"), ("user", "P"), ("destroy", "P")),
    "duramen_load_policy": (("struct_size", "I"), ("reserved", "I"), ("pattern", "S"), ("pattern_length", "Q"), ("policy", "Q")),
    "duramen_load_options": (("struct_size", "I"), ("reserved", "I"), ("policy", "Q"), ("rename", "P"), ("policies", "P"), ("policy_count", "Q")),
    "duramen_module_hook": (("struct_size", "I"), ("reserved", "I"), ("register_parameter", "P"), ("register_buffer", "P"), ("register_child", "P"), ("before_state_dict", "P"), ("after_state_dict", "P"), ("before_load", "P"), ("after_load", "P"), ("user", "P"), ("destroy", "P")),
    "duramen_call_hook": (("struct_size", "I"), ("reserved", "I"), ("flags", "Q"), ("before_forward", "P"), ("after_forward", "P"), ("before_backward", "P"), ("after_backward", "P"), ("user", "P"), ("destroy", "P")),
    "duramen_limits": (("struct_size", "I"), ("max_depth", "I"), ("max_entries", "Q"), ("max_header_bytes", "Q"), ("max_tensor_bytes", "Q"), ("max_total_bytes", "Q")),
    "duramen_open_options": (("struct_size", "I"), ("reserved", "I"), ("flags", "Q"), ("limits", "P")),
    "duramen_save_options": (("struct_size", "I"), ("format", "i"), ("durability", "i"), ("alignment", "I"), ("max_shard_bytes", "Q")),
    "duramen_difference": (("name", "S"), ("name_length", "Q"), ("what", "Q"), ("a_dtype", "i"), ("b_dtype", "i"), ("a_rank", "I"), ("b_rank", "I"), ("has_distance", "I"), ("reserved", "I"), ("a_shape", "P"), ("b_shape", "P"), ("different", "Q"), ("a_nan_count", "Q"), ("b_nan_count", "Q"), ("nan_in_one", "Q"), ("distance", "d")),
    "duramen_file_entry": (("name", "S"), ("name_length", "Q"), ("shape", "P"), ("strides", "P"), ("nbytes", "Q"), ("offset", "Q"), ("first_storage_index", "Q"), ("value", "P"), ("dtype", "i"), ("rank", "I")),
    "duramen_function_type": (("struct_size", "I"), ("output_count", "I"), ("flags", "Q"), ("name", "S"), ("name_length", "Q"), ("forward", "P"), ("backward", "P"), ("destroy", "P")),
    "duramen_module_class": (("struct_size", "I"), ("reserved", "I"), ("name", "S"), ("name_length", "Q"), ("version", "q"), ("forward", "P"), ("clone", "P"), ("extra_repr", "P"), ("get_extra_state", "P"), ("set_extra_state", "P"), ("destroy", "P")),
    "duramen_text_options": (("struct_size", "I"), ("reserved", "I"), ("flags", "Q"), ("scope", "P"), ("arguments", "P")),
    "duramen_blend_options": (("struct_size", "I"), ("buffers", "i"), ("include", "S"), ("include_length", "Q"), ("exclude", "S"), ("exclude_length", "Q")),
}

OK = 0
E_INVALID_ARGUMENT = -1
E_NOT_FOUND = -2
E_ALREADY_EXISTS = -3
E_SHAPE_MISMATCH = -4
E_DTYPE_MISMATCH = -5
E_STATE = -6
E_READ_ONLY = -7
E_UNSUPPORTED = -8
E_BUFFER_TOO_SMALL = -9
E_LIMIT = -10
E_IO = -11
E_CORRUPT = -12
E_INCOMPATIBLE = -13
E_CANCELLED = -14
E_NO_MEMORY = -15
E_BAD_HANDLE = -16
E_INTERNAL = -17
DTYPE_INVALID = 0
DTYPE_FLOAT64 = 1
DTYPE_FLOAT32 = 2
DTYPE_FLOAT16 = 3
DTYPE_BFLOAT16 = 4
DTYPE_FLOAT8_E4M3FN = 5
DTYPE_FLOAT8_E5M2 = 6
DTYPE_FLOAT8_E4M3FNUZ = 7
DTYPE_FLOAT8_E5M2FNUZ = 8
DTYPE_FLOAT8_E8M0FNU = 9
DTYPE_INT64 = 10
DTYPE_INT32 = 11
DTYPE_INT16 = 12
DTYPE_INT8 = 13
DTYPE_UINT64 = 14
DTYPE_UINT32 = 15
DTYPE_UINT16 = 16
DTYPE_UINT8 = 17
DTYPE_BOOL = 18
DTYPE_COMPLEX32 = 19
DTYPE_COMPLEX64 = 20
DTYPE_COMPLEX128 = 21
DTYPE_FLOAT4_E2M1FN_X2 = 22
DTYPE_FLOAT6_E2M3 = 23
DTYPE_FLOAT6_E3M2 = 24
DTYPE_QINT8 = 25
DTYPE_QUINT8 = 26
DTYPE_QINT32 = 27
DTYPE_QUINT4X2 = 28
DTYPE_QUINT2X4 = 29
LOG_ERROR = 1
LOG_WARNING = 2
LOG_INFO = 3
LOG_DEBUG = 4
IMPORT_COPY = 0
IMPORT_VIEW = 1
IMPORT_VIEW_CONST = 2
BACKWARD_RETAIN_GRAPH = 1
BACKWARD_CREATE_GRAPH = 2
VALUE_INVALID = 0
VALUE_NONE = 1
VALUE_BOOL = 2
VALUE_INT = 3
VALUE_FLOAT = 4
VALUE_COMPLEX = 5
VALUE_TEXT = 6
VALUE_BYTES = 7
VALUE_TENSOR = 8
VALUE_LIST = 9
VALUE_TUPLE = 10
VALUE_DICT = 11
VALUE_OPAQUE = 12
VALUE_BIG_INT = 13
KIND_PARAMETER = 1
KIND_BUFFER = 2
KIND_MODULE = 4
KIND_CHILD = 8
KIND_EXTRA_STATE = 16
KIND_UNKNOWN = 32
LIST_NO_RECURSE = 1
LIST_KEEP_DUPLICATES = 2
LIST_ONLY_TRAINABLE = 4
LIST_ONLY_PERSISTENT = 8
LIST_INCLUDE_NONE = 16
LIST_ONLY_FROZEN = 32
ENTRY_PERSISTENT = 1
ENTRY_REQUIRES_GRAD = 2
ENTRY_UNINITIALIZED = 4
CONVERT_FLOATING_AND_COMPLEX = 1
CONVERT_FLOATING = 2
CONVERT_ALL = 3
STATE_KEEP_VARS = 1
RENAME_STRIP = 1
RENAME_ADD = 2
RENAME_REPLACE = 3
RENAME_EXACT = 4
RENAME_GLOB = 5
RENAME_PRESET = 6
LOAD_ALLOW_MISSING = 1
LOAD_ALLOW_UNEXPECTED = 2
LOAD_SKIP_MISMATCHED = 4
LOAD_REQUIRE_DTYPE = 8
LOAD_ASSIGN = 16
LOAD_PARTIAL = 32
LOAD_ADOPT = 64
LOAD_SLICE_MISMATCHED = 128
LOAD_ALLOW_TIED = 256
LOAD_ITEM_MISSING = 1
LOAD_ITEM_UNEXPECTED = 2
LOAD_ITEM_SHAPE_MISMATCH = 3
LOAD_ITEM_DTYPE_MISMATCH = 4
LOAD_ITEM_NOT_A_TENSOR = 5
LOAD_ITEM_DEFAULTED = 6
LOAD_ITEM_FAILED = 7
LOAD_ITEM_ADOPTED = 8
LOAD_ITEM_TIED = 9
LOAD_ITEM_IGNORED = 10
LOAD_ITEM_RENAMED = 11
LOAD_ITEM_SLICED = 12
CALL_HOOK_FIRST = 1
CALL_HOOK_ALWAYS = 2
OPEN_READ = 1
OPEN_VERIFY = 2
OPEN_DEQUANTIZE = 4
FORMAT_AUTOMATIC = 0
FORMAT_SAFETENSORS = 1
FORMAT_TORCH = 2
FORMAT_NPY = 3
FORMAT_NPZ = 4
FORMAT_GGUF = 5
FORMAT_DCP = 6
DURABILITY_DURABLE = 0
DURABILITY_ATOMIC = 1
DIFF_ONLY_A = 1
DIFF_ONLY_B = 2
DIFF_VALUE = 4
DIFF_SHAPE = 8
DIFF_DTYPE = 16
DIFF_ELEMENTS = 32
FUNCTION_NULL_GRADS = 1
TEXT_UNKNOWN_AS_CONTAINERS = 1
REDUCTION_MEAN = 0
REDUCTION_SUM = 1
REDUCTION_NONE = 2
BUFFERS_COPY = 0
BUFFERS_LERP = 1
BUFFERS_SKIP = 2
FLAT_TRAINABLE = 1
FLAT_GRADIENTS = 2
FLAT_COPY = 4
