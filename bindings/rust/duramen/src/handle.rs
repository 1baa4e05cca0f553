//! One reference to an object of the library.
use duramen_sys::*;
use std::ptr::NonNull;

/// A type of the library whose objects are counted.
pub(crate) trait Counted {
    /// # Safety
    /// `raw` is an object of this type.
    unsafe fn retain(raw: *mut Self);
    /// # Safety
    /// `raw` is an object of this type, of which the caller gives up one reference.
    unsafe fn release(raw: *mut Self);
}

macro_rules! counted {
    ($($type:ty: $retain:ident, $release:ident;)*) => {$(
        impl Counted for $type {
            unsafe fn retain(raw: *mut Self) {
                let _ = $retain(raw);
            }
            unsafe fn release(raw: *mut Self) {
                $release(raw);
            }
        }
    )*};
}

counted! {
    duramen_checkpoint: duramen_checkpoint_retain, duramen_checkpoint_release;
    duramen_context: duramen_context_retain, duramen_context_release;
    duramen_diff: duramen_diff_retain, duramen_diff_release;
    duramen_error: duramen_error_retain, duramen_error_release;
    duramen_function_state: duramen_function_state_retain, duramen_function_state_release;
    duramen_listing: duramen_listing_retain, duramen_listing_release;
    duramen_load_notes: duramen_load_notes_retain, duramen_load_notes_release;
    duramen_load_report: duramen_load_report_retain, duramen_load_report_release;
    duramen_module: duramen_module_retain, duramen_module_release;
    duramen_op: duramen_op_retain, duramen_op_release;
    duramen_optimizer: duramen_optimizer_retain, duramen_optimizer_release;
    duramen_options: duramen_options_retain, duramen_options_release;
    duramen_rename_rules: duramen_rename_rules_retain, duramen_rename_rules_release;
    duramen_scope: duramen_scope_retain, duramen_scope_release;
    duramen_state_dict: duramen_state_dict_retain, duramen_state_dict_release;
    duramen_string: duramen_string_retain, duramen_string_release;
    duramen_string_list: duramen_string_list_retain, duramen_string_list_release;
    duramen_tensor: duramen_tensor_retain, duramen_tensor_release;
    duramen_tensor_stream: duramen_tensor_stream_retain, duramen_tensor_stream_release;
    duramen_value: duramen_value_retain, duramen_value_release;
}

/// Owns one reference. Neither Send nor Sync: who is says so where it is used.
pub(crate) struct Handle<T: Counted>(NonNull<T>);

impl<T: Counted> Handle<T> {
    /// Takes over the caller's reference; None for NULL.
    ///
    /// # Safety
    /// `raw` is NULL or an object of this type with a reference to give.
    pub unsafe fn adopt(raw: *mut T) -> Option<Self> {
        NonNull::new(raw).map(Handle)
    }

    /// One more reference to what somebody else holds; None for NULL.
    ///
    /// # Safety
    /// `raw` is NULL or an object of this type.
    pub unsafe fn share(raw: *const T) -> Option<Self> {
        let raw = NonNull::new(raw as *mut T)?;
        T::retain(raw.as_ptr());
        Some(Handle(raw))
    }

    pub fn raw(&self) -> *mut T {
        self.0.as_ptr()
    }

    /// Gives the reference away.
    pub fn into_raw(self) -> *mut T {
        let raw = self.raw();
        std::mem::forget(self);
        raw
    }
}

impl<T: Counted> Clone for Handle<T> {
    fn clone(&self) -> Self {
        // SAFETY: it is an object of this type, which `self` holds.
        unsafe { T::retain(self.raw()) };
        Handle(self.0)
    }
}

impl<T: Counted> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: the reference is this handle's own.
        unsafe { T::release(self.raw()) };
    }
}
