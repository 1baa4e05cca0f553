//! Differentiable functions of the program's own: a forward, a backward, and what goes from the one to the
//! other.
use crate::border::{call, callback, quiet, Access, Inside};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::tensor::Tensor;
use crate::text::text;
use crate::value::Value;
use duramen_sys::*;
use std::mem::{size_of, zeroed};
use std::os::raw::c_void;
use std::ptr::null_mut;

/// A function with a gradient of its own, as `torch.autograd.Function`. Grad mode is off in both methods.
///
/// ```
/// use duramen::{Context, OwnFunction, Result, Saved, Tensor};
///
/// /// y = x, dx = -dy
/// struct Reverse;
/// impl OwnFunction for Reverse {
///     fn name(&self) -> String {
///         "ReverseBackward".into()
///     }
///     fn forward(&self, _: &Saved<'_>, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
///         Ok(vec![inputs[0].clone()])
///     }
///     fn backward(&self, _: &Saved<'_>, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
///         grads[0].as_ref().map(|grad| grad.neg()).transpose().map(|grad| vec![grad])
///     }
/// }
///
/// let context = Context::new()?;
/// let x = context.ones(&[1])?.with_grad()?;
/// Reverse.apply(&[&x])?.backward()?;
/// assert_eq!(x.grad()?.unwrap().item()?, -1.0);
/// # Ok::<(), duramen::Error>(())
/// ```
pub trait OwnFunction: Sized + 'static {
    /// How many outputs there are.
    const OUTPUTS: u32 = 1;

    /// Of the node: "ReverseBackward".
    fn name(&self) -> String;

    /// Computes the outputs.
    fn forward(&self, saved: &Saved<'_>, inputs: &[Tensor]) -> Result<Vec<Tensor>>;

    /// The gradients of the inputs from those of the outputs; None for an input that needs none, or for zero.
    fn backward(&self, saved: &Saved<'_>, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>>;

    /// Applies a function of one output to tensors, of which there is at least one.
    fn apply(self, inputs: &[&Tensor]) -> Result<Tensor> {
        let context = context_of(inputs)?;
        with_type(self, inputs, |type_, user, raw| {
            // SAFETY: handles live for the call; on success the object is the node's.
            Tensor::made(context, Access::Write, |out, error| unsafe {
                duramen_function_apply(context.raw(), type_, user, raw.as_ptr(), raw.len(), out, error)
            })
        })
    }

    /// Applies a function of several outputs.
    fn apply_many(self, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        let context = context_of(inputs)?;
        let tuple = with_type(self, inputs, |type_, user, raw| {
            // SAFETY: as above.
            Value::made(context, Access::Write, |out, error| unsafe {
                duramen_function_apply_many(context.raw(), type_, user, raw.as_ptr(), raw.len(), out, error)
            })
        })?;
        Ok(tuple.items().unwrap_or(&[]).iter().filter_map(|item| item.as_tensor().cloned()).collect())
    }
}

/// What one application keeps for its backward. It is lent to the methods for the time of their call.
pub struct Saved<'a> {
    raw: &'a duramen_function_state,
    context: &'a Context,
}

impl Saved<'_> {
    fn raw(&self) -> *mut duramen_function_state {
        self.raw as *const _ as *mut _
    }

    /// The context that the call runs on.
    pub fn context(&self) -> &Context {
        self.context
    }

    /// In forward: keeps one more tensor for backward; None keeps its place.
    pub fn save<'t>(&self, tensor: impl Into<Option<&'t Tensor>>) -> Result<()> {
        let tensor = tensor.into().map_or(null_mut(), Tensor::raw);
        // SAFETY: the state lives for the callback; so below.
        call(Access::Read, |error| unsafe { duramen_function_state_save_tensor(self.raw(), tensor, error) })
    }

    /// In backward: the tensor that was saved at that place.
    pub fn tensor(&self, index: usize) -> Result<Option<Tensor>> {
        Tensor::made_optional(self.context, Access::Read, |out, error| unsafe {
            duramen_function_state_saved_tensor(self.raw(), index, out, error)
        })
    }

    /// Keeps a value in place of the one before.
    pub fn set_value(&self, value: impl Into<Value>) -> Result<()> {
        let value = value.into().to_raw()?;
        call(Access::Read, |error| unsafe { duramen_function_state_set_value(self.raw(), value.raw(), error) })
    }

    /// The value that was kept; `Value::None` when there is none.
    pub fn value(&self) -> Result<Value> {
        Value::made(self.context, Access::Read, |out, error| unsafe {
            duramen_function_state_value(self.raw(), out, error)
        })
    }

    /// Whether the input of that place requires grad.
    pub fn needs_input_grad(&self, index: usize) -> bool {
        unsafe { duramen_function_state_needs_input_grad(self.raw(), index) != 0 }
    }
}

fn context_of<'a>(inputs: &[&'a Tensor]) -> Result<&'a Context> {
    let missing = || Error::local(Code::InvalidArgument, "apply: no tensors".to_string());
    inputs.first().map(|tensor| tensor.context()).ok_or_else(missing)
}

/// Makes the type for a call that takes it over with the object, which is dropped if the call fails.
fn with_type<T: OwnFunction, R>(
    own: T,
    inputs: &[&Tensor],
    body: impl FnOnce(*const duramen_function_type, *mut c_void, &[*mut duramen_tensor]) -> Result<R>,
) -> Result<R> {
    let raw: Vec<_> = inputs.iter().map(|tensor| tensor.raw()).collect();
    let name = own.name();
    let (name, name_length) = text(&name);
    // SAFETY: zero is the default of every field.
    let mut type_: duramen_function_type = unsafe { zeroed() };
    type_.struct_size = size_of::<duramen_function_type>() as u32;
    type_.output_count = T::OUTPUTS;
    type_.name = name;
    type_.name_length = name_length as u64;
    type_.forward = Some(forward::<T>);
    type_.backward = Some(backward::<T>);
    type_.destroy = Some(destroy::<T>);
    let user = Box::into_raw(Box::new(own));
    let made = body(&type_, user as *mut c_void, &raw);
    if made.is_err() {
        // SAFETY: on failure the object stays ours.
        drop(unsafe { Box::from_raw(user) });
    }
    made
}

/// # Safety
/// `raw` has `count` tensors or NULLs that live.
pub(crate) unsafe fn tensors(raw: *const *mut duramen_tensor, count: usize, context: &Context) -> Vec<Option<Tensor>> {
    (0..count).map(|index| Tensor::retained(*raw.add(index), context)).collect()
}

/// # Safety
/// `out` has room for `count` references.
pub(crate) unsafe fn give(
    given: Vec<Option<Tensor>>,
    out: *mut *mut duramen_tensor,
    count: usize,
    what: &str,
) -> Result<()> {
    if given.len() != count {
        let message = format!("{}: wrong number of tensors (expected {}, got {})", what, count, given.len());
        return Err(Error::new(message));
    }
    for (index, tensor) in given.into_iter().enumerate() {
        *out.add(index) = tensor.map_or(null_mut(), Tensor::into_raw);
    }
    Ok(())
}

unsafe extern "C" fn forward<T: OwnFunction>(
    user: *mut c_void,
    context: *mut duramen_context,
    state: *mut duramen_function_state,
    inputs: *const *mut duramen_tensor,
    input_count: usize,
    outputs: *mut *mut duramen_tensor,
    output_count: usize,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let context = &Context::retained(context);
        let inputs: Vec<Tensor> = tensors(inputs, input_count, context).into_iter().flatten().collect();
        let given = (*(user as *const T)).forward(&Saved { raw: &*state, context }, &inputs)?;
        give(given.into_iter().map(Some).collect(), outputs, output_count, "forward")
    })
}

unsafe extern "C" fn backward<T: OwnFunction>(
    user: *mut c_void,
    context: *mut duramen_context,
    state: *mut duramen_function_state,
    grads: *const *mut duramen_tensor,
    grad_count: usize,
    out: *mut *mut duramen_tensor,
    out_count: usize,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let context = &Context::retained(context);
        let grads = tensors(grads, grad_count, context);
        let given = (*(user as *const T)).backward(&Saved { raw: &*state, context }, &grads)?;
        give(given, out, out_count, "backward")
    })
}

unsafe extern "C" fn destroy<T: OwnFunction>(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut T)));
}
