//! Modules of the program's own: a trait with forward.
use crate::border::{call, callback, quiet, Access, Inside};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::module::Module;
use crate::tensor::Tensor;
use crate::text::{made_text, new_string, text};
use crate::value::Value;
use duramen_sys::*;
use std::mem::{size_of, zeroed};
use std::os::raw::c_void;

/// What stands behind a module of the program's own.
///
/// Parameters, buffers and children are registered on the module, which each method gets and finds them on
/// by name; the object itself holds settings. It is shared, as the module is: what changes goes into a
/// `Cell` or `RefCell`. A method may compute, and run a whole backward; it must not edit a tree: such
/// calls fail with [`Code::State`]. A panic becomes an error with [`Code::Panic`].
///
/// ```
/// use duramen::{Context, Module, OwnModule, Result, Tensor};
///
/// struct Scale;
/// impl OwnModule for Scale {
///     fn class_name(&self) -> String {
///         "Scale".into()
///     }
///     fn forward(&self, module: &Module, input: &Tensor) -> Result<Tensor> {
///         input * &module.parameter("factor")?
///     }
/// }
///
/// let context = Context::new()?;
/// let scale = Module::own(&context, Scale)?;
/// scale.register_parameter("factor", &context.full(&[1], 3.0)?.into_parameter()?)?;
/// let y = scale.forward(&context.ones(&[2])?)?;
/// y.sum()?.backward()?;
/// assert_eq!(y.to_vec::<f32>()?, [3.0, 3.0]);
/// assert_eq!(scale.parameter("factor")?.grad()?.unwrap().item()?, 2.0);
/// # Ok::<(), duramen::Error>(())
/// ```
pub trait OwnModule: Sized + 'static {
    /// The version of the form of its state.
    const VERSION: i64 = 1;
    /// Whether state dicts hold [`OwnModule::extra_state`].
    const HAS_EXTRA_STATE: bool = false;

    /// The name that is printed.
    fn class_name(&self) -> String;

    /// One tensor in, one out.
    fn forward(&self, module: &Module, input: &Tensor) -> Result<Tensor> {
        let _ = (module, input);
        Err(Error::local(Code::Unsupported, format!("forward: {} has none for one tensor", self.class_name())))
    }

    /// Any arguments and keywords, any nesting back; what it does unless said otherwise is
    /// [`OwnModule::forward`].
    fn call(&self, module: &Module, arguments: &[Value], keywords: &[(Value, Value)]) -> Result<Value> {
        match arguments {
            [Value::Tensor(input)] if keywords.is_empty() => Ok(self.forward(module, input)?.into()),
            _ => Err(Error::local(Code::InvalidArgument, "forward: one tensor is expected".to_string())),
        }
    }

    /// What stands behind a deep copy of the module; None: it cannot be copied.
    fn duplicate(&self) -> Option<Self> {
        None
    }

    /// What is printed in the parentheses.
    fn extra_repr(&self) -> String {
        String::new()
    }

    /// What state dicts hold as "_extra_state", with [`OwnModule::HAS_EXTRA_STATE`].
    fn extra_state(&self, module: &Module) -> Result<Value> {
        let _ = module;
        Ok(Value::None)
    }

    /// Takes such a value from a load; an error leaves the load undone.
    fn set_extra_state(&self, module: &Module, state: &Value) -> Result<()> {
        let _ = (module, state);
        Ok(())
    }
}

/// What `user` points to: the object, and the context for the callbacks that are given none.
struct Behind<T> {
    own: T,
    context: Context,
}

/// # Safety
/// `user` is that of a callback of this class.
unsafe fn behind<'a, T>(user: *mut c_void) -> &'a Behind<T> {
    &*(user as *const Behind<T>)
}

fn boxed<T>(own: T, context: &Context) -> *mut c_void {
    Box::into_raw(Box::new(Behind { own, context: context.clone() })) as *mut c_void
}

/// Makes the class for a call that takes it over with the object, which is dropped if the call fails.
fn with_class<T: OwnModule, R>(
    own: T,
    context: &Context,
    body: impl FnOnce(*const duramen_module_class, *mut c_void) -> Result<R>,
) -> Result<R> {
    let name = own.class_name();
    let (name, name_length) = text(&name);
    // SAFETY: zero is the default of every field.
    let mut class: duramen_module_class = unsafe { zeroed() };
    class.struct_size = size_of::<duramen_module_class>() as u32;
    class.name = name;
    class.name_length = name_length as u64;
    class.version = T::VERSION;
    class.forward = Some(forward::<T>);
    class.clone = Some(duplicate::<T>);
    class.extra_repr = Some(extra_repr::<T>);
    if T::HAS_EXTRA_STATE {
        class.get_extra_state = Some(extra_state::<T>);
        class.set_extra_state = Some(set_extra_state::<T>);
    }
    class.destroy = Some(destroy::<T>);
    let user = boxed(own, context);
    let made = body(&class, user);
    if made.is_err() {
        // SAFETY: on failure the object stays ours.
        drop(unsafe { Box::from_raw(user as *mut Behind<T>) });
    }
    made
}

impl Module {
    /// A module without entries around an object of the program's own.
    pub fn own<T: OwnModule>(context: &Context, own: T) -> Result<Module> {
        with_class(own, context, |class, user| {
            // SAFETY: the class is copied; on success the object is the module's.
            Module::made(context, Access::Read, |out, error| unsafe {
                duramen_module_create_custom(context.raw(), class, user, out, error)
            })
        })
    }

    /// Gives this module a class of the program's own that is derived from the one that it has;
    /// [`Module::call_base`] is what that computes.
    pub fn derive<T: OwnModule>(&self, own: T) -> Result<()> {
        with_class(own, self.context(), |class, user| {
            // SAFETY: as above.
            call(Access::Edit, |error| unsafe { duramen_module_derive(self.raw(), class, user, error) })
        })
    }

    /// What is printed in the parentheses without the class of the program's own.
    pub fn extra_repr_base(&self) -> Result<String> {
        made_text(Access::Read, |out, error| unsafe { duramen_module_extra_repr_base(self.raw(), out, error) })
    }
}

/// # Safety
/// `raw` is the module that a callback gets.
unsafe fn lent_module(raw: *const duramen_module, context: &Context) -> Module {
    Module::retained(raw, context).expect("a callback has a module")
}

unsafe extern "C" fn forward<T: OwnModule>(
    user: *mut c_void,
    context: *mut duramen_context,
    module: *mut duramen_module,
    arguments: *const duramen_value,
    keywords: *const duramen_value,
    out: *mut *mut duramen_value,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let context = Context::retained(context);
        let module = lent_module(module, &context);
        let arguments = Value::from_raw(arguments, &context);
        let keywords = Value::from_raw(keywords, &context);
        let (items, entries) = (arguments.items().unwrap_or(&[]), keywords.entries().unwrap_or(&[]));
        let result = behind::<T>(user).own.call(&module, items, entries)?;
        *out = result.to_raw()?.into_raw();
        Ok(())
    })
}

unsafe extern "C" fn duplicate<T: OwnModule>(
    user: *mut c_void,
    context: *mut duramen_context,
    _module: *const duramen_module,
    out: *mut *mut c_void,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let own = &behind::<T>(user).own;
        let copy = own.duplicate().ok_or_else(|| {
            Error::local(
                Code::Unsupported,
                format!("deepcopy: {} cannot be copied: it has no duplicate", own.class_name()),
            )
        })?;
        *out = boxed(copy, &Context::retained(context));
        Ok(())
    })
}

unsafe extern "C" fn extra_repr<T: OwnModule>(
    user: *mut c_void,
    _module: *const duramen_module,
    out: *mut *mut duramen_string,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        *out = new_string(&behind::<T>(user).own.extra_repr())?.into_raw();
        Ok(())
    })
}

unsafe extern "C" fn extra_state<T: OwnModule>(
    user: *mut c_void,
    module: *const duramen_module,
    out: *mut *mut duramen_value,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let behind = behind::<T>(user);
        let module = lent_module(module, &behind.context);
        *out = behind.own.extra_state(&module)?.to_raw()?.into_raw();
        Ok(())
    })
}

unsafe extern "C" fn set_extra_state<T: OwnModule>(
    user: *mut c_void,
    context: *mut duramen_context,
    module: *mut duramen_module,
    state: *const duramen_value,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let context = Context::retained(context);
        let module = lent_module(module, &context);
        behind::<T>(user).own.set_extra_state(&module, &Value::from_raw(state, &context))
    })
}

unsafe extern "C" fn destroy<T: OwnModule>(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut Behind<T>)));
}
