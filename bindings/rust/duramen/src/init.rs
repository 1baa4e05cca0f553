//! `torch.nn.init`: values for tensors, PyTorch's bit for bit from the same generator. The builders below
//! are generated; [`Tensor::init`] takes a text.
use crate::arguments::Arguments;
use crate::border::{call, Access};
use crate::error::Result;
use crate::tensor::Tensor;
use crate::text::text;
use duramen_sys::*;

pub use crate::generated::init::*;

impl Tensor {
    /// Fills it as a function of `torch.nn.init` does: "kaiming_uniform_(a=0.2, mode='fan_out')".
    pub fn init(&self, initializer: &str) -> Result<()> {
        let (data, length) = text(initializer);
        // SAFETY: handles and texts live for the call; so below.
        call(Access::Write, |error| unsafe {
            duramen_tensor_fill_from_text(self.context().raw(), self.raw(), data, length, error)
        })
    }

    /// Fills it with the initializer of a name and arguments.
    pub fn init_with(&self, name: &str, arguments: &Arguments) -> Result<()> {
        let options = arguments.to_raw(self.context())?;
        let (data, length) = text(name);
        call(Access::Write, |error| unsafe {
            duramen_tensor_fill_from_options(self.context().raw(), self.raw(), data, length, options.raw(), error)
        })
    }
}

/// The gain that suits a nonlinearity: "calculate_gain('leaky_relu', 0.2)".
pub fn calculate_gain(call_text: &str) -> Result<f64> {
    let (data, length) = text(call_text);
    let mut out = 0.0;
    call(Access::Read, |error| unsafe { duramen_calculate_gain(data, length, &mut out, error) })?;
    Ok(out)
}
