//! Element types, and which of Rust's types they are.
use crate::text::text;
use duramen_sys::*;
use std::fmt;

/// The type of a tensor's elements: PyTorch's, with permanent numbers. Later versions of the library
/// may have more than are named here.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct DType(pub(crate) i32);

macro_rules! dtypes {
    ($($(#[$doc:meta])* $name:ident = $number:ident;)*) => {
        impl DType {
            $($(#[$doc])* pub const $name: DType = DType($number);)*
        }
    };
}

dtypes! {
    /// 64-bit floating point.
    FLOAT64 = DURAMEN_DTYPE_FLOAT64;
    /// 32-bit floating point.
    FLOAT32 = DURAMEN_DTYPE_FLOAT32;
    /// 16-bit floating point, IEEE's.
    FLOAT16 = DURAMEN_DTYPE_FLOAT16;
    /// 16-bit floating point with the exponent of float32.
    BFLOAT16 = DURAMEN_DTYPE_BFLOAT16;
    /// 8-bit floating point, finite only.
    FLOAT8_E4M3FN = DURAMEN_DTYPE_FLOAT8_E4M3FN;
    /// 8-bit floating point.
    FLOAT8_E5M2 = DURAMEN_DTYPE_FLOAT8_E5M2;
    /// 8-bit floating point without negative zero.
    FLOAT8_E4M3FNUZ = DURAMEN_DTYPE_FLOAT8_E4M3FNUZ;
    /// 8-bit floating point without negative zero.
    FLOAT8_E5M2FNUZ = DURAMEN_DTYPE_FLOAT8_E5M2FNUZ;
    /// An exponent alone.
    FLOAT8_E8M0FNU = DURAMEN_DTYPE_FLOAT8_E8M0FNU;
    /// Signed integer of 64 bits.
    INT64 = DURAMEN_DTYPE_INT64;
    /// Signed integer of 32 bits.
    INT32 = DURAMEN_DTYPE_INT32;
    /// Signed integer of 16 bits.
    INT16 = DURAMEN_DTYPE_INT16;
    /// Signed integer of 8 bits.
    INT8 = DURAMEN_DTYPE_INT8;
    /// Unsigned integer of 64 bits.
    UINT64 = DURAMEN_DTYPE_UINT64;
    /// Unsigned integer of 32 bits.
    UINT32 = DURAMEN_DTYPE_UINT32;
    /// Unsigned integer of 16 bits.
    UINT16 = DURAMEN_DTYPE_UINT16;
    /// Unsigned integer of 8 bits.
    UINT8 = DURAMEN_DTYPE_UINT8;
    /// One byte, 0 or 1.
    BOOL = DURAMEN_DTYPE_BOOL;
    /// Pairs of float16.
    COMPLEX32 = DURAMEN_DTYPE_COMPLEX32;
    /// Pairs of float32.
    COMPLEX64 = DURAMEN_DTYPE_COMPLEX64;
    /// Pairs of float64.
    COMPLEX128 = DURAMEN_DTYPE_COMPLEX128;
}

impl DType {
    /// The number in C, and the dtype of a number.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The dtype of a number of C.
    pub fn from_number(number: i32) -> DType {
        DType(number)
    }

    /// PyTorch's name without "torch.": "float32".
    pub fn name(self) -> &'static str {
        // SAFETY: static storage, terminated, or NULL.
        unsafe {
            let name = duramen_dtype_name(self.0);
            if name.is_null() {
                return "invalid";
            }
            std::ffi::CStr::from_ptr(name).to_str().unwrap_or("invalid")
        }
    }

    /// The dtype of a name, also "torch.float32", "float", "half", "long".
    pub fn from_name(name: &str) -> Option<DType> {
        let (name, length) = text(name);
        // SAFETY: the text is read.
        let number = unsafe { duramen_dtype_from_name(name, length) };
        (number != DURAMEN_DTYPE_INVALID).then_some(DType(number))
    }

    /// The bits of one element.
    pub fn bits(self) -> u32 {
        // SAFETY: any number is fine.
        unsafe { duramen_dtype_bits(self.0) }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A type of Rust that elements can be copied from and to. Sealed.
pub trait Element: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The dtype of such elements.
    const DTYPE: DType;
    #[doc(hidden)]
    type Bits: Plain;
    #[doc(hidden)]
    fn from_bits(bits: Self::Bits) -> Self;
}

/// An element of which every pattern of bits is a value, so that a tensor's memory can be seen as a
/// slice of it. Not `bool`: a file may hold other bytes than 0 and 1. Sealed.
pub trait Plain: Element + Default {}

macro_rules! plain {
    ($($type:ty = $dtype:ident;)*) => {$(
        impl sealed::Sealed for $type {}
        impl Element for $type {
            const DTYPE: DType = DType::$dtype;
            type Bits = $type;
            fn from_bits(bits: $type) -> $type {
                bits
            }
        }
        impl Plain for $type {}
    )*};
}

plain! {
    f64 = FLOAT64;
    f32 = FLOAT32;
    F16 = FLOAT16;
    BF16 = BFLOAT16;
    i64 = INT64;
    i32 = INT32;
    i16 = INT16;
    i8 = INT8;
    u64 = UINT64;
    u32 = UINT32;
    u16 = UINT16;
    u8 = UINT8;
    [f32; 2] = COMPLEX64;
    [f64; 2] = COMPLEX128;
}

impl sealed::Sealed for bool {}
impl Element for bool {
    const DTYPE: DType = DType::BOOL;
    type Bits = u8;
    fn from_bits(bits: u8) -> bool {
        bits != 0
    }
}

/// The bits of a float16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct F16(pub u16);

/// The bits of a bfloat16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct BF16(pub u16);
