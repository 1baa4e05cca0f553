//! Elements copied out.
use super::Tensor;
use crate::border::{call, Access};
use crate::dtype::{Element, Plain};
use crate::error::Result;
use duramen_sys::*;
use std::mem::size_of_val;
use std::os::raw::c_void;

impl Tensor {
    /// All elements in C order, converted to `T`.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        let mut bits = vec![T::Bits::default(); self.numel()];
        self.read_bits(T::DTYPE.0, &mut bits)?;
        Ok(bits.into_iter().map(T::from_bits).collect())
    }

    /// Fills memory of the caller's with all elements in C order, converted to `T`; it must be large
    /// enough.
    pub fn read_into<T: Plain>(&self, out: &mut [T]) -> Result<()> {
        self.read_bits(T::DTYPE.0, out)
    }

    fn read_bits<B: Plain>(&self, dtype: i32, out: &mut [B]) -> Result<()> {
        // SAFETY: the memory is written for the call only, with elements of its type.
        call(Access::Read, |error| unsafe {
            let (data, nbytes) = (out.as_mut_ptr() as *mut c_void, size_of_val(out));
            duramen_tensor_read(self.context().raw(), self.raw(), dtype, data, nbytes, error)
        })
    }

    /// The only element, as `Tensor.item()`.
    pub fn item(&self) -> Result<f64> {
        self.at([])
    }

    /// The element at an index; negative positions count from the end.
    pub fn at(&self, index: impl AsRef<[i64]>) -> Result<f64> {
        let index = index.as_ref();
        let mut out = 0.0;
        // SAFETY: the index lives for the call.
        call(Access::Read, |error| unsafe {
            duramen_tensor_item(self.raw(), index.as_ptr(), index.len(), &mut out, error)
        })?;
        Ok(out)
    }
}
