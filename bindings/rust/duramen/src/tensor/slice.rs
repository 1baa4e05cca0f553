//! Elements seen in place.
//!
//! Two tensors may share memory, so a borrow of one handle says nothing about the memory. What holds is
//! this: handles stay on one thread, and while a [`Slice`] lives every call of the thread that may write
//! elements is refused (`STATE`); while a [`SliceMut`] lives, every call that may look at them is. So
//! nobody writes what a slice shows, and nobody else sees what is written.
use super::Tensor;
use crate::border::{begin_read, begin_write, call, end_read, end_write, Access};
use crate::dtype::Plain;
use crate::error::{Code, Error, Result};
use duramen_sys::*;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::{null, null_mut};

/// The elements of a contiguous tensor, for reading. While it lives, calls that may write elements
/// (forward, backward, `fill`, a load, an optimizer's step, …) fail with [`Code::State`].
///
/// It stays on its thread; the slice inside may be lent to others.
pub struct Slice<'a, T: Plain> {
    values: &'a [T],
    thread: PhantomData<*const ()>,
}

/// The elements of a contiguous tensor, for writing. While it lives, all calls fail with
/// [`Code::State`].
pub struct SliceMut<'a, T: Plain> {
    values: &'a mut [T],
    thread: PhantomData<*const ()>,
}

impl Tensor {
    /// The elements in place. `DtypeMismatch` for another type, `State` unless they lie side by side.
    ///
    /// ```
    /// let context = duramen::Context::new()?;
    /// let x = context.ones(&[3])?;
    /// let values = x.as_slice::<f32>()?;
    /// assert_eq!(values.iter().sum::<f32>(), 3.0);
    /// assert_eq!(x.fill(2.0).unwrap_err().code(), duramen::Code::State); // `values` is still there
    /// drop(values);
    /// x.fill(2.0)?;
    /// # Ok::<(), duramen::Error>(())
    /// ```
    pub fn as_slice<T: Plain>(&self) -> Result<Slice<'_, T>> {
        self.check_in_place::<T>()?;
        let mut data = null();
        call(Access::Read, |error| unsafe { duramen_tensor_data_const(self.raw(), &mut data, error) })?;
        self.check_aligned::<T>(data as usize)?;
        begin_read()?;
        // SAFETY: `numel` elements of this type lie there, for as long as the tensor keeps its memory;
        // what would write or move them is refused until the slice goes.
        let values = unsafe { elements(data as *const T, self.numel()) };
        Ok(Slice { values, thread: PhantomData })
    }

    /// The elements in place, to be written. `ReadOnly` for memory that must not be written.
    pub fn as_mut_slice<T: Plain>(&self) -> Result<SliceMut<'_, T>> {
        self.check_in_place::<T>()?;
        let mut data = null_mut();
        call(Access::Write, |error| unsafe { duramen_tensor_data_mut(self.raw(), &mut data, error) })?;
        self.check_aligned::<T>(data as usize)?;
        begin_write()?;
        // SAFETY: as above; nobody else can see the memory until the slice goes.
        let values = unsafe { elements_mut(data as *mut T, self.numel()) };
        Ok(SliceMut { values, thread: PhantomData })
    }

    fn check_in_place<T: Plain>(&self) -> Result<()> {
        if self.dtype() != T::DTYPE {
            let text = format!("slice: another element type (expected {}, got {})", self.dtype(), T::DTYPE);
            return Err(Error::local(Code::DtypeMismatch, text));
        }
        if !self.is_contiguous() {
            let text = "slice: the elements do not lie side by side (to_vec copies them)".to_string();
            return Err(Error::local(Code::State, text));
        }
        Ok(())
    }

    /// A tensor on a file's memory lies where the file has it.
    fn check_aligned<T: Plain>(&self, address: usize) -> Result<()> {
        if self.numel() == 0 || address % std::mem::align_of::<T>() == 0 {
            return Ok(());
        }
        let text = "slice: the memory is not aligned for the element type (to_vec copies it)".to_string();
        Err(Error::local(Code::State, text))
    }
}

/// # Safety
/// There are `count` elements at `data` for `'a`.
unsafe fn elements<'a, T: Plain>(data: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    std::slice::from_raw_parts(data, count)
}

/// # Safety
/// There are `count` elements at `data` for `'a`, which nobody else sees.
unsafe fn elements_mut<'a, T: Plain>(data: *mut T, count: usize) -> &'a mut [T] {
    if count == 0 {
        return &mut [];
    }
    std::slice::from_raw_parts_mut(data, count)
}

impl<T: Plain> Deref for Slice<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.values
    }
}

impl<T: Plain> Drop for Slice<'_, T> {
    fn drop(&mut self) {
        end_read();
    }
}

impl<T: Plain> Deref for SliceMut<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.values
    }
}

impl<T: Plain> DerefMut for SliceMut<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.values
    }
}

impl<T: Plain> Drop for SliceMut<'_, T> {
    fn drop(&mut self) {
        end_write();
    }
}
