//! What is not one tensor: numbers, texts, tensors, lists and dictionaries, as checkpoints hold them and
//! as modules take and give them.
use crate::border::{call, Access};
use crate::context::Context;
use crate::error::Result;
use crate::handle::Handle;
use crate::tensor::Tensor;
use crate::text::{lent, shown, text};
use duramen_sys::*;
use std::os::raw::c_void;
use std::ptr::null_mut;

/// A value, as Python has them.
///
/// ```
/// use duramen::Value;
/// let value = Value::dict([("epoch", Value::from(3)), ("name", Value::from("run"))]);
/// assert_eq!(value.get("epoch").and_then(Value::as_int), Some(3));
/// ```
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Value {
    /// None.
    None,
    /// A bool.
    Bool(bool),
    /// An int of 64 bits.
    Int(i64),
    /// An int beyond 64 bits, in decimal digits.
    BigInt(String),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A tensor: itself, not a copy.
    Tensor(Tensor),
    /// A list.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A dict, in its order; keys are values.
    Dict(Vec<(Value, Value)>),
    /// A `collections.OrderedDict`.
    OrderedDict(Vec<(Value, Value)>),
    /// An object of a class that the library does not know, and never runs.
    Opaque(Opaque),
}

/// The name and the parts of an object that was read but not built.
#[derive(Clone)]
pub struct Opaque {
    raw: Handle<duramen_value>,
    parts: Vec<Value>,
}

impl Opaque {
    /// The class: "numpy.core.multiarray.scalar".
    pub fn class_name(&self) -> &str {
        let mut length = 0;
        // SAFETY: values are immutable; what they lend lives as long as they.
        unsafe { lent(duramen_value_class_name(self.raw.raw(), &mut length), length) }
    }

    /// What it was to be made of.
    pub fn parts(&self) -> &[Value] {
        &self.parts
    }
}

impl std::fmt::Debug for Opaque {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple(self.class_name()).field(&self.parts).finish()
    }
}

type Make = *mut *mut duramen_value;
type Failed = *mut *mut duramen_error;

fn made(body: impl FnOnce(Make, Failed) -> i32) -> Result<Handle<duramen_value>> {
    let mut out = null_mut();
    call(Access::Read, |error| body(&mut out, error))?;
    // SAFETY: on success there is one reference.
    Ok(unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a value"))
}

fn all(values: &[Value]) -> Result<Vec<Handle<duramen_value>>> {
    values.iter().map(Value::to_raw).collect()
}

fn pointers(handles: &[Handle<duramen_value>]) -> Vec<*const duramen_value> {
    handles.iter().map(|handle| handle.raw() as *const duramen_value).collect()
}

type MakeItems =
    unsafe extern "C" fn(*const *const duramen_value, usize, *mut *mut duramen_value, *mut *mut duramen_error) -> i32;
type MakeDict = unsafe extern "C" fn(
    *const *const duramen_value,
    *const *const duramen_value,
    usize,
    *mut *mut duramen_value,
    *mut *mut duramen_error,
) -> i32;

fn made_items(items: &[Value], make: MakeItems) -> Result<Handle<duramen_value>> {
    let items = all(items)?;
    let raw = pointers(&items);
    // SAFETY: the items live for the call, which holds them itself.
    made(|out, error| unsafe { make(raw.as_ptr(), raw.len(), out, error) })
}

fn made_dict(entries: &[(Value, Value)], make: MakeDict) -> Result<Handle<duramen_value>> {
    let keys = entries.iter().map(|(key, _)| key.to_raw()).collect::<Result<Vec<_>>>()?;
    let items = entries.iter().map(|(_, item)| item.to_raw()).collect::<Result<Vec<_>>>()?;
    let (raw_keys, raw_items) = (pointers(&keys), pointers(&items));
    // SAFETY: as above.
    made(|out, error| unsafe { make(raw_keys.as_ptr(), raw_items.as_ptr(), raw_keys.len(), out, error) })
}

/// Between here and C.
impl Value {
    pub(crate) fn to_raw(&self) -> Result<Handle<duramen_value>> {
        // SAFETY: what is passed lives for the call; texts and bytes are copied.
        match self {
            Value::None => made(|out, error| unsafe { duramen_value_create_none(out, error) }),
            Value::Bool(value) => made(|out, error| unsafe { duramen_value_create_bool((*value).into(), out, error) }),
            Value::Int(value) => made(|out, error| unsafe { duramen_value_create_int(*value, out, error) }),
            Value::Float(value) => made(|out, error| unsafe { duramen_value_create_float(*value, out, error) }),
            Value::Complex(re, im) => made(|out, error| unsafe { duramen_value_create_complex(*re, *im, out, error) }),
            Value::BigInt(digits) => {
                let (data, length) = text(digits);
                made(|out, error| unsafe { duramen_value_create_big_int(data, length, out, error) })
            }
            Value::Text(value) => {
                let (data, length) = text(value);
                made(|out, error| unsafe { duramen_value_create_text(data, length, out, error) })
            }
            Value::Bytes(value) => {
                let data = value.as_ptr() as *const c_void;
                made(|out, error| unsafe { duramen_value_create_bytes(data, value.len(), out, error) })
            }
            Value::Tensor(value) => made(|out, error| unsafe { duramen_value_create_tensor(value.raw(), out, error) }),
            Value::List(items) => made_items(items, duramen_value_create_list),
            Value::Tuple(items) => made_items(items, duramen_value_create_tuple),
            Value::Dict(entries) => made_dict(entries, duramen_value_create_dict),
            Value::OrderedDict(entries) => made_dict(entries, duramen_value_create_ordered_dict),
            Value::Opaque(opaque) => Ok(opaque.raw.clone()),
        }
    }

    /// # Safety
    /// `raw` is NULL or a value that lives.
    pub(crate) unsafe fn from_raw(raw: *const duramen_value, context: &Context) -> Value {
        let mut length = 0;
        match duramen_value_kind(raw) {
            DURAMEN_VALUE_BOOL => Value::Bool(duramen_value_bool(raw) != 0),
            DURAMEN_VALUE_INT => Value::Int(duramen_value_int(raw)),
            DURAMEN_VALUE_FLOAT => Value::Float(duramen_value_float(raw)),
            DURAMEN_VALUE_COMPLEX => Value::Complex(duramen_value_float(raw), duramen_value_imag(raw)),
            DURAMEN_VALUE_TEXT => Value::Text(shown(duramen_value_text(raw, &mut length), length).into_owned()),
            DURAMEN_VALUE_BIG_INT => Value::BigInt(shown(duramen_value_text(raw, &mut length), length).into_owned()),
            DURAMEN_VALUE_BYTES => Value::Bytes(bytes_of(raw).to_vec()),
            DURAMEN_VALUE_TENSOR => {
                Tensor::retained(duramen_value_tensor(raw), context).map_or(Value::None, Value::Tensor)
            }
            DURAMEN_VALUE_LIST => Value::List(items_of(raw, context)),
            DURAMEN_VALUE_TUPLE => Value::Tuple(items_of(raw, context)),
            DURAMEN_VALUE_DICT if is_ordered(raw) => Value::OrderedDict(entries_of(raw, context)),
            DURAMEN_VALUE_DICT => Value::Dict(entries_of(raw, context)),
            DURAMEN_VALUE_OPAQUE => {
                let handle = Handle::share(raw).expect("a value");
                Value::Opaque(Opaque { raw: handle, parts: items_of(raw, context) })
            }
            _ => Value::None,
        }
    }

    /// # Safety
    /// `raw` is NULL or one reference to a value.
    pub(crate) unsafe fn adopt(raw: *mut duramen_value, context: &Context) -> Value {
        let handle = Handle::adopt(raw);
        handle.map_or(Value::None, |handle| Value::from_raw(handle.raw(), context))
    }

    /// The value that a call makes; None also where it gives NULL.
    pub(crate) fn made(context: &Context, access: Access, body: impl FnOnce(Make, Failed) -> i32) -> Result<Value> {
        let mut out = null_mut();
        call(access, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference, or NULL.
        Ok(unsafe { Value::adopt(out, context) })
    }
}

/// # Safety
/// `raw` is a value of bytes that lives for `'a`.
pub(crate) unsafe fn bytes_of<'a>(raw: *const duramen_value) -> &'a [u8] {
    let mut nbytes = 0;
    let data = duramen_value_bytes(raw, &mut nbytes) as *const u8;
    if data.is_null() || nbytes == 0 {
        return &[];
    }
    std::slice::from_raw_parts(data, nbytes)
}

unsafe fn is_ordered(raw: *const duramen_value) -> bool {
    let mut length = 0;
    lent(duramen_value_class_name(raw, &mut length), length) == "collections.OrderedDict"
}

unsafe fn items_of(raw: *const duramen_value, context: &Context) -> Vec<Value> {
    let count = duramen_value_count(raw);
    (0..count).map(|index| Value::from_raw(duramen_value_item(raw, index), context)).collect()
}

unsafe fn entries_of(raw: *const duramen_value, context: &Context) -> Vec<(Value, Value)> {
    let entry = |index| {
        let key = Value::from_raw(duramen_value_key(raw, index), context);
        (key, Value::from_raw(duramen_value_item(raw, index), context))
    };
    (0..duramen_value_count(raw)).map(entry).collect()
}

impl Value {
    /// A dict with text keys.
    pub fn dict<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Dict(entries.into_iter().map(|(key, item)| (Value::Text(key.into()), item)).collect())
    }

    /// The item of a dict under a text key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let found = self.entries()?.iter().find(|(name, _)| name.as_text() == Some(key));
        found.map(|(_, item)| item)
    }

    /// Keys and items of a dict of either kind.
    pub fn entries(&self) -> Option<&[(Value, Value)]> {
        match self {
            Value::Dict(entries) | Value::OrderedDict(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list or tuple.
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) | Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// An int.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// A float, or an int as one.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(value) => Some(*value),
            Value::Int(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    /// A tensor.
    pub fn as_tensor(&self) -> Option<&Tensor> {
        match self {
            Value::Tensor(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is None.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }
}

macro_rules! from {
    ($($type:ty, $value:ident => $body:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Value {
                $body
            }
        }
    )*};
}

from! {
    bool, value => Value::Bool(value);
    i64, value => Value::Int(value);
    i32, value => Value::Int(value.into());
    f64, value => Value::Float(value);
    &str, value => Value::Text(value.to_string());
    String, value => Value::Text(value);
    Tensor, value => Value::Tensor(value);
    &Tensor, value => Value::Tensor(value.clone());
    Vec<u8>, value => Value::Bytes(value);
    Vec<Value>, value => Value::List(value);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::None, Into::into)
    }
}
