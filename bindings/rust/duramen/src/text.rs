//! Texts across the border.
use crate::border::{call, Access};
use crate::error::Result;
use crate::handle::Handle;
use duramen_sys::*;
use std::os::raw::c_char;
use std::ptr::{null, null_mut};

/// What C takes as two arguments, `pointer, length`.
pub(crate) fn text(value: &str) -> (*const c_char, usize) {
    (value.as_ptr() as *const c_char, value.len())
}

/// The same for a text that may be left out.
pub(crate) fn optional_text(value: Option<&str>) -> (*const c_char, usize) {
    value.map_or((null(), 0), text)
}

/// What the library lends, as a borrowed text; "" for NULL.
///
/// # Safety
/// `data` is NULL, or `length` bytes that live and stay as they are for `'a`.
pub(crate) unsafe fn lent<'a>(data: *const c_char, length: usize) -> &'a str {
    lent_or_none(data, length).unwrap_or("")
}

/// The same; None for NULL.
///
/// # Safety
/// As for [`lent`].
pub(crate) unsafe fn lent_or_none<'a>(data: *const c_char, length: usize) -> Option<&'a str> {
    if data.is_null() {
        return None;
    }
    std::str::from_utf8(std::slice::from_raw_parts(data as *const u8, length)).ok()
}

/// A text that a call makes.
pub(crate) fn made_text(
    access: Access,
    body: impl FnOnce(*mut *mut duramen_string, *mut *mut duramen_error) -> i32,
) -> Result<String> {
    Ok(made_optional_text(access, body)?.unwrap_or_default())
}

/// The same where the call may give NULL.
pub(crate) fn made_optional_text(
    access: Access,
    body: impl FnOnce(*mut *mut duramen_string, *mut *mut duramen_error) -> i32,
) -> Result<Option<String>> {
    let mut out = null_mut();
    call(access, |error| body(&mut out, error))?;
    // SAFETY: a call that succeeds gives one reference, or NULL; the text lives as long as it.
    unsafe {
        Ok(Handle::adopt(out).map(|string| {
            let mut length = 0;
            let data = duramen_string_data(string.raw(), &mut length);
            lent(data, length).to_string()
        }))
    }
}

/// A list of texts that a call makes.
pub(crate) fn made_texts(
    body: impl FnOnce(*mut *mut duramen_string_list, *mut *mut duramen_error) -> i32,
) -> Result<Vec<String>> {
    let mut out = null_mut();
    call(Access::Read, |error| body(&mut out, error))?;
    // SAFETY: as above.
    unsafe {
        let list = match Handle::adopt(out) {
            Some(list) => list,
            None => return Ok(Vec::new()),
        };
        let item = |index| {
            let mut length = 0;
            let data = duramen_string_list_item(list.raw(), index, &mut length);
            lent(data, length).to_string()
        };
        Ok((0..duramen_string_list_count(list.raw())).map(item).collect())
    }
}

/// A text for a callback that gives one.
pub(crate) fn new_string(value: &str) -> Result<Handle<duramen_string>> {
    let mut out = null_mut();
    let mut error = null_mut();
    let (data, length) = text(value);
    // SAFETY: the text is copied; on success there is one reference.
    unsafe {
        let status = duramen_string_create(data, length, &mut out, &mut error);
        Handle::adopt(out).ok_or_else(|| crate::error::Error::from_call(status, error))
    }
}
