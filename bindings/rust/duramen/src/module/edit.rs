//! Changing what a tree consists of.
use super::Module;
use crate::border::{call, Access};
use crate::context::Context;
use crate::error::Result;
use crate::tensor::Tensor;
use crate::text::text;
use duramen_sys::*;
use std::ptr::null_mut;

fn tensor_or_null(tensor: Option<&Tensor>) -> *mut duramen_tensor {
    tensor.map_or(null_mut(), Tensor::raw)
}

/// Entries and children by name.
impl Module {
    /// Registers a parameter; None keeps the name's place and lists nothing.
    pub fn register_parameter<'a>(&self, name: &str, parameter: impl Into<Option<&'a Tensor>>) -> Result<()> {
        let (data, length) = text(name);
        let tensor = tensor_or_null(parameter.into());
        // SAFETY: handles and texts live for the call; so in all of this file.
        call(Access::Edit, |error| unsafe {
            duramen_module_register_parameter(self.raw(), data, length, tensor, error)
        })
    }

    /// Registers a buffer that state dicts hold.
    pub fn register_buffer<'a>(&self, name: &str, buffer: impl Into<Option<&'a Tensor>>) -> Result<()> {
        self.register_buffer_as(name, buffer, true)
    }

    /// Registers a buffer, saying whether state dicts hold it.
    pub fn register_buffer_as<'a>(
        &self,
        name: &str,
        buffer: impl Into<Option<&'a Tensor>>,
        persistent: bool,
    ) -> Result<()> {
        let (data, length) = text(name);
        let tensor = tensor_or_null(buffer.into());
        call(Access::Edit, |error| unsafe {
            duramen_module_register_buffer(self.raw(), data, length, tensor, persistent.into(), error)
        })
    }

    /// Registers a child.
    pub fn register_child<'a>(&self, name: &str, child: impl Into<Option<&'a Module>>) -> Result<()> {
        let (data, length) = text(name);
        let child = child.into().map_or(null_mut(), Module::raw);
        call(Access::Edit, |error| unsafe { duramen_module_register_child(self.raw(), data, length, child, error) })
    }

    /// Removes the parameter, buffer or child of that name.
    pub fn remove(&self, name: &str) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Edit, |error| unsafe { duramen_module_remove(self.raw(), data, length, error) })
    }

    /// `module.name = tensor`.
    pub fn assign_tensor<'a>(&self, name: &str, tensor: impl Into<Option<&'a Tensor>>) -> Result<()> {
        let (data, length) = text(name);
        let tensor = tensor_or_null(tensor.into());
        call(Access::Edit, |error| unsafe { duramen_module_assign_tensor(self.raw(), data, length, tensor, error) })
    }

    /// `module.name = child`.
    pub fn assign_module<'a>(&self, name: &str, child: impl Into<Option<&'a Module>>) -> Result<()> {
        let (data, length) = text(name);
        let child = child.into().map_or(null_mut(), Module::raw);
        call(Access::Edit, |error| unsafe { duramen_module_assign_module(self.raw(), data, length, child, error) })
    }

    /// Puts a module at a dotted path: a child is replaced; unless `strict`, the last name may be new.
    pub fn set_submodule(&self, path: &str, child: &Module, strict: bool) -> Result<()> {
        let (data, length) = text(path);
        call(Access::Edit, |error| unsafe {
            duramen_module_set_submodule(self.raw(), data, length, child.raw(), strict.into(), error)
        })
    }
}

/// Parametrizations, as `torch.nn.utils.parametrizations`.
impl Module {
    /// Parametrizes a parameter or buffer: "weight_norm(dim=0)", "spectral_norm", "utils.weight_norm".
    pub fn parametrize(&self, name: &str, by: &str) -> Result<()> {
        let ((data, length), (by, by_length)) = (text(name), text(by));
        call(Access::Edit, |error| unsafe {
            duramen_module_parametrize(self.context.raw(), self.raw(), data, length, by, by_length, error)
        })
    }

    /// The parametrized tensor as it is now, as PyTorch's `module.weight`.
    pub fn parametrized(&self, name: &str) -> Result<Tensor> {
        let (data, length) = text(name);
        Tensor::made(&self.context, Access::Write, |out, error| unsafe {
            duramen_module_get_parametrized(self.context.raw(), self.raw(), data, length, out, error)
        })
    }

    /// Gives a parametrized tensor a value.
    pub fn set_parametrized(&self, name: &str, value: &Tensor) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Edit, |error| unsafe {
            duramen_module_set_parametrized(self.context.raw(), self.raw(), data, length, value.raw(), error)
        })
    }

    /// Makes the tensor the module's own again, with the value that it had if `leave_parametrized`.
    pub fn remove_parametrizations(&self, name: &str, leave_parametrized: bool) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Edit, |error| unsafe {
            let raw = self.raw();
            duramen_module_remove_parametrizations(
                self.context.raw(),
                raw,
                data,
                length,
                leave_parametrized.into(),
                error,
            )
        })
    }
}

impl Context {
    /// [`Module::from_text`] on this context.
    pub fn module(&self, constructor: &str) -> Result<Module> {
        Module::from_text(self, constructor)
    }
}
