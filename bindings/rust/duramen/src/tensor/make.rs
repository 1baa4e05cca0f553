//! New tensors.
use super::Tensor;
use crate::border::{call, quiet, Access};
use crate::context::Context;
use crate::dtype::{DType, Element};
use crate::error::{Code, Error, Result};
use duramen_sys::*;
use std::mem::{size_of, size_of_val, zeroed};
use std::os::raw::c_void;

/// The shape that the elements must fill.
fn check_count(shape: &[i64], count: usize) -> Result<()> {
    let wanted = shape.iter().try_fold(1i64, |product, size| product.checked_mul(*size));
    if wanted == Some(count as i64) && shape.iter().all(|size| *size >= 0) {
        return Ok(());
    }
    let text = format!("tensor: the shape {:?} does not hold {} elements", shape, count);
    Err(Error::local(Code::ShapeMismatch, text))
}

fn import_options<T: Element>(values: &[T], shape: &[i64], mode: i32) -> duramen_import_options {
    // SAFETY: zero is the default of every field.
    let mut options: duramen_import_options = unsafe { zeroed() };
    options.struct_size = size_of::<duramen_import_options>() as u32;
    options.mode = mode;
    options.dtype = T::DTYPE.0;
    options.rank = shape.len() as u32;
    options.shape = shape.as_ptr();
    options.data = values.as_ptr() as *const c_void;
    options.nbytes = size_of_val(values) as u64;
    options
}

impl Context {
    /// A tensor of values in C order, which are copied.
    pub fn tensor<T: Element>(&self, values: &[T], shape: impl AsRef<[i64]>) -> Result<Tensor> {
        check_count(shape.as_ref(), values.len())?;
        let options = import_options(values, shape.as_ref(), DURAMEN_IMPORT_COPY);
        // SAFETY: the options and the values live for the call, which copies.
        Tensor::made(self, Access::Read, |out, error| unsafe {
            duramen_tensor_import(self.raw(), &options, out, error)
        })
    }

    /// A tensor without dimensions.
    pub fn scalar<T: Element>(&self, value: T) -> Result<Tensor> {
        self.tensor(&[value], [])
    }

    /// A tensor on the memory of a vector, which moves into it without a copy.
    pub fn tensor_from_vec<T: Element>(&self, values: Vec<T>, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        check_count(shape.as_ref(), values.len())?;
        let mut owner = Box::new(values);
        let mut options = import_options(&owner[..], shape.as_ref(), DURAMEN_IMPORT_VIEW);
        options.data = owner.as_mut_ptr() as *const c_void; // from here on the library's to write
        let user = Box::into_raw(owner);
        options.user = user as *mut c_void;
        options.destroy = Some(drop_vector::<T>);
        // SAFETY: the vector lives until its destroy is called, and nobody else sees it.
        let made = Tensor::made(self, Access::Read, |out, error| unsafe {
            duramen_tensor_import(self.raw(), &options, out, error)
        });
        if made.is_err() {
            // SAFETY: on failure the memory stays ours.
            drop(unsafe { Box::from_raw(user) });
        }
        made
    }

    /// A tensor of zeros in the default dtype.
    pub fn zeros(&self, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        self.zeros_of(self.default_dtype(), shape)
    }

    /// A tensor of zeros.
    pub fn zeros_of(&self, dtype: DType, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        let shape = shape.as_ref();
        // SAFETY: the shape lives for the call; so below.
        Tensor::made(self, Access::Read, |out, error| unsafe {
            duramen_tensor_zeros(self.raw(), dtype.0, shape.as_ptr(), shape.len(), out, error)
        })
    }

    /// A tensor of ones in the default dtype.
    pub fn ones(&self, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        self.full(shape, 1.0)
    }

    /// A tensor with one value in every element, in the default dtype.
    pub fn full(&self, shape: impl AsRef<[i64]>, value: f64) -> Result<Tensor> {
        self.full_of(self.default_dtype(), shape, value)
    }

    /// A tensor with one value in every element.
    pub fn full_of(&self, dtype: DType, shape: impl AsRef<[i64]>, value: f64) -> Result<Tensor> {
        let shape = shape.as_ref();
        Tensor::made(self, Access::Read, |out, error| unsafe {
            duramen_tensor_full(self.raw(), dtype.0, shape.as_ptr(), shape.len(), value, out, error)
        })
    }

    /// Numbers between 0 and 1, as `torch.rand`, in the default dtype.
    pub fn rand(&self, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        let out = self.zeros(shape)?;
        out.fill_uniform(0.0, 1.0)?;
        Ok(out)
    }

    /// Numbers from the normal distribution, as `torch.randn`, in the default dtype.
    pub fn randn(&self, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        let out = self.zeros(shape)?;
        out.fill_normal(0.0, 1.0)?;
        Ok(out)
    }
}

impl Tensor {
    /// A parameter on the same memory, as `torch.nn.Parameter(data)`.
    pub fn into_parameter(self) -> Result<Tensor> {
        self.as_parameter(true)
    }

    /// The same, saying whether it requires grad.
    pub fn as_parameter(&self, requires_grad: bool) -> Result<Tensor> {
        Tensor::made(self.context(), Access::Read, |out, error| unsafe {
            duramen_parameter_create(self.raw(), requires_grad.into(), out, error)
        })
    }

    /// The same tensor on another context of this thread, on which it computes from then on.
    pub fn on(&self, context: &Context) -> Tensor {
        // SAFETY: the handle is a tensor's.
        unsafe { Tensor::retained(self.raw(), context) }.expect("a tensor")
    }

    /// A contiguous copy in fresh memory, recorded for backward.
    pub fn copy(&self) -> Result<Tensor> {
        Tensor::made(self.context(), Access::Read, |out, error| unsafe {
            duramen_tensor_clone(self.context().raw(), self.raw(), out, error)
        })
    }

    /// Overwrites the elements with those of another, converted and broadcast.
    pub fn copy_from(&self, source: &Tensor) -> Result<()> {
        call(Access::Write, |error| unsafe {
            duramen_tensor_copy_from(self.context().raw(), self.raw(), source.raw(), error)
        })
    }

    /// Overwrites every element with one value.
    pub fn fill(&self, value: f64) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_tensor_fill(self.context().raw(), self.raw(), value, error) })
    }

    /// Draws every element uniformly, as `Tensor.uniform_()`.
    pub fn fill_uniform(&self, from: f64, to: f64) -> Result<()> {
        call(Access::Write, |error| unsafe {
            duramen_tensor_fill_uniform(self.context().raw(), self.raw(), from, to, error)
        })
    }

    /// Draws every element from a normal distribution, as `Tensor.normal_()`.
    pub fn fill_normal(&self, mean: f64, deviation: f64) -> Result<()> {
        call(Access::Write, |error| unsafe {
            duramen_tensor_fill_normal(self.context().raw(), self.raw(), mean, deviation, error)
        })
    }
}

unsafe extern "C" fn drop_vector<T: Element>(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut Vec<T>)));
}
