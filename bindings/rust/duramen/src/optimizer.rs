//! Optimizers: updates of parameters from their gradients.
use crate::arguments::Arguments;
use crate::border::{call, Access};
use crate::context::Context;
use crate::error::Result;
use crate::handle::Handle;
use crate::tensor::Tensor;
use crate::text::{lent, text};
use crate::value::Value;
use duramen_sys::*;
use std::ptr::null_mut;

/// An optimizer; [`crate::optim`] has a builder for each type.
///
/// ```
/// use duramen::{optim, Context, Module};
/// let context = Context::new()?;
/// let model = Module::from_text(&context, "Linear(1, 1, bias=False)")?;
/// let mut optimizer = optim::SGD::new().lr(0.1).build(&context, &model.parameters()?)?;
/// for _ in 0..50 {
///     optimizer.zero_grad()?;
///     let error = (model.forward(&context.ones(&[1, 1])?)? - 3.0)?;
///     (&error * &error)?.sum()?.backward()?;
///     optimizer.step()?;
/// }
/// assert!((model.parameter("weight")?.item()? - 3.0).abs() < 1e-3);
/// # Ok::<(), duramen::Error>(())
/// ```
pub struct Optimizer {
    raw: Handle<duramen_optimizer>,
    context: Context,
}

fn raw_tensors(tensors: &[Tensor]) -> Vec<*mut duramen_tensor> {
    tensors.iter().map(Tensor::raw).collect()
}

impl Optimizer {
    fn made(
        context: &Context,
        body: impl FnOnce(*mut *mut duramen_optimizer, *mut *mut duramen_error) -> i32,
    ) -> Result<Optimizer> {
        let mut out = null_mut();
        call(Access::Read, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference.
        let raw = unsafe { Handle::adopt(out) }.expect("a call that succeeds gives an optimizer");
        Ok(Optimizer { raw, context: context.clone() })
    }

    /// From a text, "SGD(lr=0.1, momentum=0.9)", with one group of parameters.
    pub fn from_text(context: &Context, constructor: &str, parameters: &[Tensor]) -> Result<Optimizer> {
        let (data, length) = text(constructor);
        let raw = raw_tensors(parameters);
        // SAFETY: handles and texts live for the call; so in all of this file.
        Optimizer::made(context, |out, error| unsafe {
            duramen_optimizer_from_text(context.raw(), data, length, raw.as_ptr(), raw.len(), out, error)
        })
    }

    /// By its type and arguments, with one group of parameters.
    pub fn create(
        context: &Context,
        type_name: &str,
        arguments: &Arguments,
        parameters: &[Tensor],
    ) -> Result<Optimizer> {
        let options = arguments.to_raw(context)?;
        let (data, length) = text(type_name);
        let raw = raw_tensors(parameters);
        Optimizer::made(context, |out, error| unsafe {
            duramen_optimizer_create(context.raw(), data, length, options.raw(), raw.as_ptr(), raw.len(), out, error)
        })
    }

    fn raw(&self) -> *mut duramen_optimizer {
        self.raw.raw()
    }

    /// The class: "SGD".
    pub fn class_name(&self) -> &str {
        let mut length = 0;
        unsafe { lent(duramen_optimizer_class_name(self.raw(), &mut length), length) }
    }

    /// Updates every parameter that has a gradient.
    pub fn step(&mut self) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_optimizer_step(self.context.raw(), self.raw(), error) })
    }

    /// Drops the gradients of all parameters.
    pub fn zero_grad(&mut self) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_optimizer_zero_grad(self.raw(), 1, error) })
    }

    /// Fills the gradients of all parameters with zeros.
    pub fn fill_grad_with_zeros(&mut self) -> Result<()> {
        call(Access::Write, |error| unsafe { duramen_optimizer_zero_grad(self.raw(), 0, error) })
    }

    /// Adds a group of parameters with options of its own.
    pub fn add_group(&mut self, parameters: &[Tensor], options: &[(&str, Value)]) -> Result<()> {
        let options = Value::dict(options.iter().cloned()).to_raw()?;
        let raw = raw_tensors(parameters);
        call(Access::Read, |error| unsafe {
            let (context, optimizer) = (self.context.raw(), self.raw());
            duramen_optimizer_add_group(context, optimizer, raw.as_ptr(), raw.len(), options.raw(), error)
        })
    }

    /// How many groups there are.
    pub fn group_count(&self) -> usize {
        unsafe { duramen_optimizer_group_count(self.raw()) }
    }

    /// An option of a group, such as "lr".
    pub fn option(&self, group: usize, name: &str) -> Result<Value> {
        let (data, length) = text(name);
        Value::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_optimizer_get_option(self.raw(), group, data, length, out, error)
        })
    }

    /// Sets an option of a group; None: of all groups.
    pub fn set_option(&mut self, group: Option<usize>, name: &str, value: impl Into<Value>) -> Result<()> {
        let (data, length) = text(name);
        let value = value.into().to_raw()?;
        let group = group.unwrap_or(usize::MAX);
        call(Access::Read, |error| unsafe {
            duramen_optimizer_set_option(self.raw(), group, data, length, value.raw(), error)
        })
    }

    /// Sets the learning rate of all groups.
    pub fn set_lr(&mut self, lr: f64) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_optimizer_set_lr(self.raw(), usize::MAX, lr, error) })
    }

    /// The state with PyTorch's structure: {"state": …, "param_groups": […]}; its tensors are the
    /// optimizer's own.
    pub fn state(&self) -> Result<Value> {
        Value::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_optimizer_state(self.raw(), out, error)
        })
    }

    /// Continues from a state; its tensors are copied.
    pub fn load_state(&mut self, state: &Value) -> Result<()> {
        let state = state.to_raw()?;
        call(Access::Write, |error| unsafe {
            duramen_optimizer_load_state(self.context.raw(), self.raw(), state.raw(), error)
        })
    }
}

impl std::fmt::Debug for Optimizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({} groups)", self.class_name(), self.group_count())
    }
}
