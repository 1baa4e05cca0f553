//! scenario.c over the raw Rust layer.
#[path = "../../../bindings/rust/duramen-sys/src/raw.rs"]
#[allow(dead_code)]
mod raw;

use core::ptr::{null, null_mut};
use raw::*;
use std::ffi::CStr;

unsafe fn text(at: *const core::ffi::c_char) -> String {
    CStr::from_ptr(at).to_str().unwrap().to_string()
}

unsafe fn list(module: *const duramen_module) {
    let mut options: duramen_list_options = core::mem::zeroed();
    options.struct_size = core::mem::size_of::<duramen_list_options>() as u32;
    options.kinds = DURAMEN_KIND_PARAMETER;
    let (mut listing, mut count, mut stride) = (null_mut(), 0usize, 0usize);
    assert_eq!(duramen_module_list(module, &options, &mut listing, null_mut()), DURAMEN_OK);
    let at = duramen_listing_entries(listing, &mut count, &mut stride) as *const u8;
    for i in 0..count {
        let entry = &*(at.add(i * stride) as *const duramen_entry);
        println!("{} {} {} {}", text(entry.name), text(duramen_dtype_name(entry.dtype)), *entry.shape, entry.nbytes);
    }
    duramen_listing_release(listing);
}

fn main() {
    let shape = [4i64, 2];
    unsafe {
        assert_eq!(duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, null_mut()), DURAMEN_OK);
        let (mut context, mut module, mut none) = (null_mut(), null_mut(), null_mut());
        let (mut x, mut y, mut sum, mut error) = (null_mut(), null_mut(), null_mut(), null_mut());
        let mut item = 0f64;
        assert_eq!(duramen_context_create(null(), &mut context, null_mut()), DURAMEN_OK);
        let written = c"Sequential(Linear(2, 3), Linear(3, 1))".as_ptr();
        assert_eq!(duramen_module_from_text(context, written, usize::MAX, &mut module, null_mut()), DURAMEN_OK);
        list(module);
        let filled = duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape.as_ptr(), 2, 0.5, &mut x, null_mut());
        assert_eq!(filled, DURAMEN_OK);
        assert_eq!(duramen_add(context, x, x, &mut y, null_mut()), DURAMEN_OK);
        assert_eq!(duramen_sum(context, y, null(), 0, 0, &mut sum, null_mut()), DURAMEN_OK);
        assert_eq!(duramen_tensor_item(sum, null(), 0, &mut item, null_mut()), DURAMEN_OK);
        println!("{}", item as i64);
        let wrong = c"Linaer(1, 1)".as_ptr();
        let status = duramen_module_from_text(context, wrong, usize::MAX, &mut none, &mut error);
        let nearest = duramen_error_detail(error, c"nearest".as_ptr(), usize::MAX, null_mut());
        println!("{} {} {}", status, text(duramen_status_name(status)), text(nearest));
        duramen_error_release(error);
        duramen_tensor_release(sum);
        duramen_tensor_release(y);
        duramen_tensor_release(x);
        duramen_module_release(module);
        duramen_context_release(context);
    }
}
