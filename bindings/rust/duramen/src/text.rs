//! Texts across the border.
use crate::border::{call, Access};
use crate::error::Result;
use crate::handle::Handle;
use duramen_sys::*;
use std::borrow::Cow;
use std::fmt::Write;
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

/// What the library lends, for a reader: bytes that are not UTF-8, such as those of a file, are shown as `\xff`.
///
/// # Safety
/// As for [`lent`].
pub(crate) unsafe fn shown<'a>(data: *const c_char, length: usize) -> Cow<'a, str> {
    if data.is_null() {
        return Cow::Borrowed("");
    }
    let bytes = std::slice::from_raw_parts(data as *const u8, length);
    std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(escaped(bytes)), Cow::Borrowed)
}

fn escaped(mut bytes: &[u8]) -> String {
    let mut out = String::new();
    while let Err(error) = std::str::from_utf8(bytes) {
        let (good, rest) = bytes.split_at(error.valid_up_to());
        let (bad, rest) = rest.split_at(error.error_len().unwrap_or(rest.len()));
        out += &String::from_utf8_lossy(good);
        for byte in bad {
            let _ = write!(out, "\\x{:02x}", byte); // a String takes everything
        }
        bytes = rest;
    }
    out + &String::from_utf8_lossy(bytes)
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
            shown(data, length).into_owned()
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
            shown(data, length).into_owned()
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

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        for (bytes, expected) in [
            (&b"gr\xc3\xbcn.pt"[..], "grün.pt"),
            (b"no\xff\xe4where", "no\\xff\\xe4where"),
            (b"\xc3\xbc\xe2\x82", "ü\\xe2\\x82"),
            (b"", ""),
        ] {
            // SAFETY: the bytes are static.
            assert_eq!(unsafe { shown(bytes.as_ptr() as *const _, bytes.len()) }, expected);
        }
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { shown(std::ptr::null(), 3) }, "");
    }
}
