//! Hooks of calls: closures that see, and may change, what a module gets and gives, and the gradients of both.
use crate::border::{call, callback, quiet, Access, Inside};
use crate::context::Context;
use crate::error::Result;
use crate::function::{give, tensors};
use crate::hooks::HookId;
use crate::module::Module;
use crate::tensor::Tensor;
use crate::value::Value;
use duramen_sys::*;
use std::mem::{size_of, zeroed};
use std::os::raw::c_void;
use std::rc::Rc;

/// What a module is called with: arguments by position, and keywords.
#[derive(Clone, Debug, Default)]
pub struct CallInputs {
    /// By position.
    pub arguments: Vec<Value>,
    /// By name; the keys are texts.
    pub keywords: Vec<(Value, Value)>,
}

type OnInputs = Box<dyn Fn(&Module, &CallInputs) -> Result<Option<CallInputs>>>;
type OnOutput = Box<dyn Fn(&Module, &CallInputs, &Value) -> Result<Option<Value>>>;
/// One for each output, or argument; None where there is none.
type Grads<'a> = &'a [Option<Tensor>];
type OnOutputGrads = Box<dyn Fn(&Module, Grads<'_>) -> Result<Vec<Option<Tensor>>>>;
type OnInputGrads = Box<dyn Fn(&Module, Grads<'_>, Grads<'_>) -> Result<Vec<Option<Tensor>>>>;

/// Hooks of calls to be set on one module; what is not set is not called. Deep copies have them, too.
///
/// They may compute anything, but neither edit trees nor set hooks, since a tree is being run.
///
/// ```
/// use duramen::{CallHooks, Context, Module};
/// use std::{cell::RefCell, rc::Rc};
/// let context = Context::new()?;
/// let net = Module::from_text(&context, "Sequential(ReLU(), Tanh())")?;
/// let seen = Rc::new(RefCell::new(None));
/// let keep = seen.clone();
/// let hooks = CallHooks::new().after_forward(move |_, _, output| {
///     *keep.borrow_mut() = output.as_tensor().cloned(); // the activation
///     Ok(None)
/// });
/// let id = net.submodule("0")?.add_call_hooks(hooks)?;
/// net.forward(&context.full(&[1], 7.0)?)?;
/// assert_eq!(seen.borrow().as_ref().unwrap().item()?, 7.0);
/// net.submodule("0")?.remove_hooks(id)?;
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Default)]
pub struct CallHooks {
    before_forward: Option<OnInputs>,
    after_forward: Option<OnOutput>,
    before_backward: Option<OnOutputGrads>,
    after_backward: Option<OnInputGrads>,
    flags: u64,
}

impl CallHooks {
    /// None yet.
    pub fn new() -> Self {
        CallHooks::default()
    }

    /// The module is about to run; what comes back takes the inputs' place.
    pub fn before_forward(
        mut self,
        hook: impl Fn(&Module, &CallInputs) -> Result<Option<CallInputs>> + 'static,
    ) -> Self {
        self.before_forward = Some(Box::new(hook));
        self
    }

    /// The module has run; what comes back takes the output's place.
    pub fn after_forward(
        mut self,
        hook: impl Fn(&Module, &CallInputs, &Value) -> Result<Option<Value>> + 'static,
    ) -> Self {
        self.after_forward = Some(Box::new(hook));
        self
    }

    /// The gradients of the outputs are known. What comes back is empty, or has as many: None leaves one as it is.
    pub fn before_backward(
        mut self,
        hook: impl Fn(&Module, &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> + 'static,
    ) -> Self {
        self.before_backward = Some(Box::new(hook));
        self
    }

    /// The gradients of the inputs, the first, are known, too. What comes back takes their place in the same way.
    pub fn after_backward(
        mut self,
        hook: impl Fn(&Module, &[Option<Tensor>], &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> + 'static,
    ) -> Self {
        self.after_backward = Some(Box::new(hook));
        self
    }

    /// Before the hooks that the module has, not behind them.
    pub fn first(mut self) -> Self {
        self.flags |= DURAMEN_CALL_HOOK_FIRST;
        self
    }

    /// `after_forward` hears of calls that fail, too, with None for the output.
    pub fn always(mut self) -> Self {
        self.flags |= DURAMEN_CALL_HOOK_ALWAYS;
        self
    }

    fn raw(&self, user: *mut c_void) -> duramen_call_hook {
        // SAFETY: zero is the default of every field.
        let mut raw: duramen_call_hook = unsafe { zeroed() };
        raw.struct_size = size_of::<duramen_call_hook>() as u32;
        raw.flags = self.flags;
        raw.user = user;
        raw.destroy = Some(destroy);
        raw.before_forward = self.before_forward.as_ref().map(|_| before_forward as _);
        raw.after_forward = self.after_forward.as_ref().map(|_| after_forward as _);
        raw.before_backward = self.before_backward.as_ref().map(|_| before_backward as _);
        raw.after_backward = self.after_backward.as_ref().map(|_| after_backward as _);
        raw
    }
}

impl Module {
    /// Sets hooks of calls on this module; `remove_hooks` takes them away.
    pub fn add_call_hooks(&self, hooks: CallHooks) -> Result<HookId> {
        let user = Box::into_raw(Box::new(Rc::new(hooks)));
        // SAFETY: the box lives until its destroy is called; so below.
        let raw = unsafe { &*user }.raw(user as *mut c_void);
        let mut id = 0;
        let added =
            call(Access::Edit, |error| unsafe { duramen_module_add_call_hook(self.raw(), &raw, &mut id, error) });
        if let Err(error) = added {
            // SAFETY: on failure the box stays ours.
            drop(unsafe { Box::from_raw(user) });
            return Err(error);
        }
        Ok(HookId::new(id))
    }

    /// Whether the module has such hooks.
    pub fn has_call_hooks(&self) -> bool {
        // SAFETY: the handle lives for the call.
        unsafe { duramen_module_has_call_hooks(self.raw()) != 0 }
    }
}

/// What every callback starts with.
struct Called {
    hooks: Rc<CallHooks>,
    context: Context,
    module: Module,
}

impl Called {
    /// # Safety
    /// The arguments are those of a callback.
    unsafe fn new(user: *mut c_void, context: *mut duramen_context, module: *mut duramen_module) -> Called {
        let hooks = (*(user as *const Rc<CallHooks>)).clone();
        let context = Context::retained(context);
        let module = Module::retained(module, &context).expect("a hook has a module");
        Called { hooks, context, module }
    }

    /// # Safety
    /// The values live.
    unsafe fn inputs(&self, arguments: *const duramen_value, keywords: *const duramen_value) -> CallInputs {
        CallInputs {
            arguments: Value::from_raw(arguments, &self.context).items().unwrap_or(&[]).to_vec(),
            keywords: Value::from_raw(keywords, &self.context).entries().unwrap_or(&[]).to_vec(),
        }
    }
}

unsafe extern "C" fn before_forward(
    user: *mut c_void,
    context: *mut duramen_context,
    module: *mut duramen_module,
    arguments: *const duramen_value,
    keywords: *const duramen_value,
    new_tuple: *mut *mut duramen_value,
    new_dict: *mut *mut duramen_value,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let called = Called::new(user, context, module);
        let hook = called.hooks.before_forward.as_ref().expect("it is set");
        if let Some(given) = hook(&called.module, &called.inputs(arguments, keywords))? {
            let none = given.keywords.is_empty() && keywords.is_null();
            let dict = Value::Dict(given.keywords).to_raw()?;
            *new_tuple = Value::Tuple(given.arguments).to_raw()?.into_raw();
            if !none {
                *new_dict = dict.into_raw();
            }
        }
        Ok(())
    })
}

unsafe extern "C" fn after_forward(
    user: *mut c_void,
    context: *mut duramen_context,
    module: *mut duramen_module,
    arguments: *const duramen_value,
    keywords: *const duramen_value,
    output: *const duramen_value,
    replacement: *mut *mut duramen_value,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let called = Called::new(user, context, module);
        let output = Value::from_raw(output, &called.context);
        let hook = called.hooks.after_forward.as_ref().expect("it is set");
        if let Some(other) = hook(&called.module, &called.inputs(arguments, keywords), &output)? {
            *replacement = other.to_raw()?.into_raw();
        }
        Ok(())
    })
}

/// # Safety
/// `out` has room for `count` references.
unsafe fn give_grads(given: Vec<Option<Tensor>>, out: *mut *mut duramen_tensor, count: usize) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    give(given, out, count, "backward")
}

unsafe extern "C" fn before_backward(
    user: *mut c_void,
    context: *mut duramen_context,
    module: *mut duramen_module,
    output_grads: *const *mut duramen_tensor,
    output_count: usize,
    replacements: *mut *mut duramen_tensor,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let called = Called::new(user, context, module);
        let grads = tensors(output_grads, output_count, &called.context);
        let hook = called.hooks.before_backward.as_ref().expect("it is set");
        give_grads(hook(&called.module, &grads)?, replacements, output_count)
    })
}

unsafe extern "C" fn after_backward(
    user: *mut c_void,
    context: *mut duramen_context,
    module: *mut duramen_module,
    input_grads: *const *mut duramen_tensor,
    input_count: usize,
    output_grads: *const *mut duramen_tensor,
    output_count: usize,
    replacements: *mut *mut duramen_tensor,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Walk, error, || {
        let called = Called::new(user, context, module);
        let inputs = tensors(input_grads, input_count, &called.context);
        let outputs = tensors(output_grads, output_count, &called.context);
        let hook = called.hooks.after_backward.as_ref().expect("it is set");
        give_grads(hook(&called.module, &inputs, &outputs)?, replacements, input_count)
    })
}

unsafe extern "C" fn destroy(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut Rc<CallHooks>)));
}
