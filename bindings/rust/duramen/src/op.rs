//! Operators with their attributes, prepared once and applied often.
use crate::arguments::Arguments;
use crate::border::{call, Access};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::handle::Handle;
use crate::tensor::Tensor;
use crate::text::{lent, text};
use crate::value::Value;
use duramen_sys::*;
use std::ptr::null_mut;

/// An operator with its attributes. It holds no tensor, so that any thread may use it.
///
/// ```
/// use duramen::{Context, Op};
/// let context = Context::new()?;
/// let softmax = Op::from_text("softmax(dim=-1)")?;
/// let y = softmax.apply(&[&context.zeros(&[4])?])?;
/// assert_eq!(y.to_vec::<f32>()?, [0.25; 4]);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct Op(Handle<duramen_op>);

// SAFETY: operators are immutable and their counts atomic; one with a tensor inside is never made.
unsafe impl Send for Op {}
// SAFETY: as above.
unsafe impl Sync for Op {}

impl Op {
    fn made(body: impl FnOnce(*mut *mut duramen_op, *mut *mut duramen_error) -> i32) -> Result<Op> {
        let mut out = null_mut();
        call(Access::Read, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference.
        Ok(Op(unsafe { Handle::adopt(out) }.expect("a call that succeeds gives an operator")))
    }

    /// From a name, or a call with attributes: "sum(dim=1, keepdim=True)".
    pub fn from_text(call: &str) -> Result<Op> {
        let (data, length) = text(call);
        // SAFETY: handles and texts live for the call; so below.
        Op::made(|out, error| unsafe { duramen_op_from_text(data, length, out, error) })
    }

    /// By its name and attributes, none of which is a tensor; [`crate::ops`] has a builder for each.
    pub fn create(name: &str, attributes: &Arguments) -> Result<Op> {
        if attributes.holds_tensors() {
            let message = format!("{}: an attribute is a tensor or a module (give it to apply)", name);
            return Err(Error::local(Code::Unsupported, message));
        }
        let options = attributes.to_raw(&Context::new()?)?;
        let (data, length) = text(name);
        Op::made(|out, error| unsafe { duramen_op_create(data, length, options.raw(), out, error) })
    }

    /// The operator's name.
    pub fn name(&self) -> &str {
        let mut length = 0;
        unsafe { lent(duramen_op_name(self.0.raw(), &mut length), length) }
    }

    /// Applies it to tensors, of which there is at least one; one tensor comes back.
    pub fn apply(&self, inputs: &[&Tensor]) -> Result<Tensor> {
        let context = self.context_of(inputs.first().copied())?;
        let raw: Vec<_> = inputs.iter().map(|tensor| tensor.raw()).collect();
        Tensor::made(context, Access::Write, |out, error| unsafe {
            duramen_op_apply_tensors(context.raw(), self.0.raw(), raw.as_ptr(), raw.len(), out, error)
        })
    }

    /// Applies it to a tuple of tensors; an operator that takes a list of tensors gets it as one item.
    pub fn apply_values(&self, context: &Context, arguments: &[Value]) -> Result<Value> {
        let arguments = Value::Tuple(arguments.to_vec()).to_raw()?;
        Value::made(context, Access::Write, |out, error| unsafe {
            duramen_op_apply(context.raw(), self.0.raw(), arguments.raw(), out, error)
        })
    }

    fn context_of<'a>(&self, first: Option<&'a Tensor>) -> Result<&'a Context> {
        let missing = || Error::local(Code::InvalidArgument, format!("{}: no tensors", self.name()));
        first.map(Tensor::context).ok_or_else(missing)
    }
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Op({})", self.name())
    }
}
