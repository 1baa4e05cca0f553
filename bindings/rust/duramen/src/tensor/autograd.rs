//! Gradients: the flags of a tensor, and the backward walk.
use super::Tensor;
use crate::border::{call, Access};
use crate::error::Result;
use crate::text::made_optional_text;
use duramen_sys::*;
use std::mem::{size_of, zeroed};
use std::ptr::null_mut;

/// How to walk back.
#[derive(Default)]
pub struct Backward<'a> {
    gradient: Option<&'a Tensor>,
    retain_graph: bool,
    inputs: Vec<&'a Tensor>,
}

impl<'a> Backward<'a> {
    /// Weighs the elements of a tensor that has several.
    pub fn gradient(mut self, gradient: &'a Tensor) -> Self {
        self.gradient = Some(gradient);
        self
    }

    /// Keeps what was saved, so that the same graph can be walked again.
    pub fn retain_graph(mut self) -> Self {
        self.retain_graph = true;
        self
    }

    /// Only these leaves get gradients.
    pub fn inputs(mut self, inputs: &[&'a Tensor]) -> Self {
        self.inputs = inputs.to_vec();
        self
    }
}

impl Tensor {
    /// Adds the gradient of this tensor, which has one element, to the grad of every leaf that it was
    /// computed from.
    pub fn backward(&self) -> Result<()> {
        self.backward_with(Backward::default())
    }

    /// The same with options.
    pub fn backward_with(&self, how: Backward<'_>) -> Result<()> {
        let inputs: Vec<_> = how.inputs.iter().map(|tensor| tensor.raw()).collect();
        // SAFETY: zero is the default of every field; what the options point to lives for the call.
        let mut options: duramen_backward_options = unsafe { zeroed() };
        options.struct_size = size_of::<duramen_backward_options>() as u32;
        options.flags = if how.retain_graph { DURAMEN_BACKWARD_RETAIN_GRAPH } else { 0 };
        options.inputs = inputs.as_ptr();
        options.input_count = inputs.len() as u64;
        let gradient = how.gradient.map_or(null_mut(), Tensor::raw);
        call(Access::Write, |error| unsafe {
            duramen_tensor_backward(self.context().raw(), self.raw(), gradient, &options, error)
        })
    }

    /// Whether gradients flow through it.
    pub fn requires_grad(&self) -> bool {
        // SAFETY: the handle is a tensor's; so below.
        unsafe { duramen_tensor_requires_grad(self.raw()) != 0 }
    }

    /// Sets a leaf's own flag, as `Tensor.requires_grad_()`.
    pub fn set_requires_grad(&self, requires_grad: bool) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_tensor_set_requires_grad(self.raw(), requires_grad.into(), error) })
    }

    /// This leaf, with its flag set.
    pub fn with_grad(self) -> Result<Tensor> {
        self.set_requires_grad(true)?;
        Ok(self)
    }

    /// Whether it is not the result of a recorded operation.
    pub fn is_leaf(&self) -> bool {
        unsafe { duramen_tensor_is_leaf(self.raw()) != 0 }
    }

    /// The gradient that backward added up, if there is one yet.
    pub fn grad(&self) -> Result<Option<Tensor>> {
        Tensor::made_optional(self.context(), Access::Read, |out, error| unsafe {
            duramen_tensor_grad(self.raw(), out, error)
        })
    }

    /// Replaces the gradient; None removes it.
    pub fn set_grad(&self, grad: Option<&Tensor>) -> Result<()> {
        let grad = grad.map_or(null_mut(), Tensor::raw);
        call(Access::Read, |error| unsafe { duramen_tensor_set_grad(self.raw(), grad, error) })
    }

    /// The name of the operation that computed it: "AddmmBackward0".
    pub fn grad_fn_name(&self) -> Result<Option<String>> {
        made_optional_text(Access::Read, |out, error| unsafe { duramen_tensor_grad_fn_name(self.raw(), out, error) })
    }

    /// The same memory as a leaf without history.
    pub fn detach(&self) -> Result<Tensor> {
        Tensor::made(self.context(), Access::Read, |out, error| unsafe {
            duramen_tensor_detach(self.context().raw(), self.raw(), out, error)
        })
    }
}
