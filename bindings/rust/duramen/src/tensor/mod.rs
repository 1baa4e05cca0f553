//! Tensors: a shape over shared memory with an element type, and the autograd flags.
mod arithmetic;
mod autograd;
mod make;
mod ops;
mod read;
mod slice;

pub use autograd::Backward;
pub use ops::Reduction;
pub use slice::{Slice, SliceMut};

use crate::border::{call, Access};
use crate::context::Context;
use crate::dtype::DType;
use crate::error::Result;
use crate::handle::Handle;
use duramen_sys::*;
use std::fmt;
use std::ptr::null_mut;

/// A tensor; a clone is the same tensor, and views share memory.
///
/// Elements are copied in and out ([`Context::tensor`], [`Tensor::to_vec`]), moved in without a copy
/// ([`Context::tensor_from_vec`]), or seen in place ([`Tensor::as_slice`]).
///
/// ```
/// let context = duramen::Context::new()?;
/// let x = context.tensor(&[1.0f32, 2.0, 3.0, 4.0], &[2, 2])?.with_grad()?;
/// let loss = (&x * &x)?.sum()?;
/// loss.backward()?;
/// assert_eq!(x.grad()?.unwrap().to_vec::<f32>()?, [2.0, 4.0, 6.0, 8.0]);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct Tensor {
    raw: Handle<duramen_tensor>,
    context: Context,
}

impl Tensor {
    /// # Safety
    /// `raw` is NULL or a tensor that lives; one more reference is taken.
    pub(crate) unsafe fn retained(raw: *const duramen_tensor, context: &Context) -> Option<Tensor> {
        Handle::share(raw).map(|raw| Tensor { raw, context: context.clone() })
    }

    /// # Safety
    /// `raw` is NULL or one reference to a tensor.
    pub(crate) unsafe fn adopt(raw: *mut duramen_tensor, context: &Context) -> Option<Tensor> {
        Handle::adopt(raw).map(|raw| Tensor { raw, context: context.clone() })
    }

    /// The tensor that a call makes.
    pub(crate) fn made(
        context: &Context,
        access: Access,
        body: impl FnOnce(*mut *mut duramen_tensor, *mut *mut duramen_error) -> i32,
    ) -> Result<Tensor> {
        Ok(Tensor::made_optional(context, access, body)?.expect("a call that succeeds gives a tensor"))
    }

    /// The same where the call may give NULL.
    pub(crate) fn made_optional(
        context: &Context,
        access: Access,
        body: impl FnOnce(*mut *mut duramen_tensor, *mut *mut duramen_error) -> i32,
    ) -> Result<Option<Tensor>> {
        let mut out = null_mut();
        call(access, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference, or NULL.
        Ok(unsafe { Tensor::adopt(out, context) })
    }

    pub(crate) fn raw(&self) -> *mut duramen_tensor {
        self.raw.raw()
    }

    pub(crate) fn into_raw(self) -> *mut duramen_tensor {
        self.raw.into_raw()
    }

    /// The context that it computes on.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        // SAFETY: the handle is a tensor's; so below.
        DType(unsafe { duramen_tensor_dtype(self.raw()) })
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        unsafe { duramen_tensor_rank(self.raw()) }
    }

    /// The size of each dimension.
    pub fn shape(&self) -> Vec<i64> {
        self.sizes(duramen_tensor_shape)
    }

    /// The distance between neighbours in each dimension, in elements.
    pub fn strides(&self) -> Vec<i64> {
        self.sizes(duramen_tensor_strides)
    }

    /// Empty for a tensor that has no shape yet.
    fn sizes(
        &self,
        ask: unsafe extern "C" fn(*const duramen_tensor, *mut i64, usize, *mut usize, *mut *mut duramen_error) -> i32,
    ) -> Vec<i64> {
        let mut out = vec![0; self.rank()];
        let mut rank = 0;
        unsafe { ask(self.raw(), out.as_mut_ptr(), out.len(), &mut rank, null_mut()) };
        out
    }

    /// The number of elements.
    pub fn numel(&self) -> usize {
        unsafe { duramen_tensor_numel(self.raw()) as usize }
    }

    /// The bytes that the elements take when they lie side by side.
    pub fn nbytes(&self) -> u64 {
        unsafe { duramen_tensor_nbytes(self.raw()) }
    }

    /// Where the first element lies in the storage, in elements.
    pub fn offset(&self) -> i64 {
        unsafe { duramen_tensor_offset(self.raw()) }
    }

    /// Whether the elements lie side by side in C order.
    pub fn is_contiguous(&self) -> bool {
        unsafe { duramen_tensor_is_contiguous(self.raw()) != 0 }
    }

    /// Whether it is a parameter.
    pub fn is_parameter(&self) -> bool {
        unsafe { duramen_tensor_is_parameter(self.raw()) != 0 }
    }

    /// A number that is equal for tensors that share memory, while they live.
    pub fn storage_id(&self) -> u64 {
        unsafe { duramen_tensor_storage_id(self.raw()) }
    }

    /// How often the memory was written to in place.
    pub fn version(&self) -> u64 {
        unsafe { duramen_tensor_version(self.raw()) }
    }

    /// Whether the two are the very same tensor, not only equal.
    pub fn is_same(&self, other: &Tensor) -> bool {
        self.raw() == other.raw()
    }
}

/// Shape and dtype, and the elements of a small one.
impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 16;
        write!(f, "Tensor({} {:?}", self.dtype(), self.shape())?;
        if self.numel() <= SHOWN {
            if let Ok(values) = self.to_vec::<f64>() {
                write!(f, " {:?}", values)?;
            }
        }
        f.write_str(")")
    }
}
