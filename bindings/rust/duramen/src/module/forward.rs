//! Running and training a module.
use super::Module;
use crate::border::{call, Access};
use crate::dtype::DType;
use crate::error::Result;
use crate::tensor::Tensor;
use crate::value::Value;
use duramen_sys::*;

/// Which parameters and buffers a conversion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// As `Module.to(dtype)`.
    FloatingAndComplex,
    /// As `half()`, `float()`: complex ones stay.
    Floating,
    /// As `type(dtype)`.
    All,
}

/// Running and training it.
impl Module {
    /// Runs it: one tensor in, one out.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        // SAFETY: handles live for the call; so in all of this file.
        Tensor::made(&self.context, Access::Write, |out, error| unsafe {
            duramen_module_forward(self.context.raw(), self.raw(), input.raw(), out, error)
        })
    }

    /// Runs a module that takes several tensors, such as a loss: input and target.
    pub fn forward_many(&self, inputs: &[&Tensor]) -> Result<Tensor> {
        let raw: Vec<_> = inputs.iter().map(|tensor| tensor.raw()).collect();
        Tensor::made(&self.context, Access::Write, |out, error| unsafe {
            duramen_module_forward_many(self.context.raw(), self.raw(), raw.as_ptr(), raw.len(), out, error)
        })
    }

    /// Runs it with any arguments and keywords, any nesting back.
    pub fn call(&self, arguments: &[Value], keywords: &[(&str, Value)]) -> Result<Value> {
        let arguments = Value::Tuple(arguments.to_vec()).to_raw()?;
        let keywords = Value::dict(keywords.iter().cloned()).to_raw()?;
        Value::made(&self.context, Access::Write, |out, error| unsafe {
            duramen_module_call(self.context.raw(), self.raw(), arguments.raw(), keywords.raw(), out, error)
        })
    }

    /// What a class of the program's own computes with the class that it is derived from.
    pub fn call_base(&self, arguments: &[Value], keywords: &[(&str, Value)]) -> Result<Value> {
        let arguments = Value::Tuple(arguments.to_vec()).to_raw()?;
        let keywords = Value::dict(keywords.iter().cloned()).to_raw()?;
        Value::made(&self.context, Access::Write, |out, error| unsafe {
            duramen_module_call_base(self.context.raw(), self.raw(), arguments.raw(), keywords.raw(), out, error)
        })
    }

    /// Whether the module itself is in training mode.
    pub fn is_training(&self) -> bool {
        unsafe { duramen_module_is_training(self.raw()) != 0 }
    }

    /// Puts the tree into training mode.
    pub fn train(&self) -> Result<()> {
        self.set_training(true)
    }

    /// Puts the tree into eval mode.
    pub fn eval(&self) -> Result<()> {
        self.set_training(false)
    }

    /// Puts the tree into training or eval mode.
    pub fn set_training(&self, training: bool) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_module_train(self.raw(), training.into(), error) })
    }

    /// Freezes or unfreezes every parameter of the tree.
    pub fn set_requires_grad(&self, requires_grad: bool) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_module_set_requires_grad(self.raw(), requires_grad.into(), error) })
    }

    /// Drops every parameter's gradient.
    pub fn zero_grad(&self) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_module_zero_grad(self.raw(), 1, error) })
    }

    /// Fills every parameter's gradient with zeros.
    pub fn fill_grad_with_zeros(&self) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_module_zero_grad(self.raw(), 0, error) })
    }

    /// Draws the initial values of this module again, not of those below.
    pub fn reset_parameters(&self) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_module_reset_parameters(self.context.raw(), self.raw(), error) })
    }

    /// Starts the running statistics of this BatchNorm again.
    pub fn reset_running_stats(&self) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_module_reset_running_stats(self.raw(), error) })
    }

    /// Gives a lazy module the sizes that an input tells.
    pub fn initialize_parameters(&self, input: &Tensor) -> Result<()> {
        call(Access::Edit, |error| unsafe {
            duramen_module_initialize_parameters(self.context.raw(), self.raw(), input.raw(), error)
        })
    }

    /// Converts floating and complex parameters and buffers, as `Module.to(dtype)`.
    pub fn to_dtype(&self, dtype: DType) -> Result<()> {
        self.convert(dtype, Which::FloatingAndComplex)
    }

    /// Converts those that `which` says.
    pub fn convert(&self, dtype: DType, which: Which) -> Result<()> {
        let which = match which {
            Which::FloatingAndComplex => DURAMEN_CONVERT_FLOATING_AND_COMPLEX,
            Which::Floating => DURAMEN_CONVERT_FLOATING,
            Which::All => DURAMEN_CONVERT_ALL,
        };
        call(Access::Edit, |error| unsafe {
            duramen_module_convert(self.context.raw(), self.raw(), dtype.number(), which, error)
        })
    }
}
