//! The module tree: named parameters, buffers and children in PyTorch's order.
mod containers;
mod edit;
mod forward;
mod surgery;

pub use forward::Which;
pub use surgery::{Blend, Buffers};

use crate::arguments::Arguments;
use crate::border::{call, Access};
use crate::context::Context;
use crate::error::Result;
use crate::handle::Handle;
use crate::listing::{Kind, List, Listing};
use crate::state_dict::StateDict;
use crate::tensor::Tensor;
use crate::text::{made_text, text};
use crate::value::Value;
use duramen_sys::*;
use std::fmt;
use std::mem::{size_of, zeroed};
use std::ptr::null_mut;

/// A module; a clone is the same module ([`Module::deepcopy`] makes another).
///
/// It is built from the text that PyTorch users read, by a builder of [`crate::nn`], or by registering
/// entries.
///
/// ```
/// use duramen::{Context, Module};
/// let context = Context::new()?;
/// let model = Module::from_text(&context, "Sequential(Linear(4, 8), ReLU(), Linear(8, 2))")?;
/// let y = model.forward(&context.ones(&[1, 4])?)?;
/// assert_eq!(y.shape(), [1, 2]);
/// assert_eq!(model.parameter("0.weight")?.shape(), [8, 4]);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct Module {
    raw: Handle<duramen_module>,
    context: Context,
}

/// What a text does not show.
///
/// ```
/// use duramen::{Context, FromText, Module};
/// let context = Context::new()?;
/// let first = Module::from_text(&context, "Linear(2, 2)")?;
/// let names = FromText::new().module("first", &first);
/// let (model, _) = Module::from_text_with(&context, "Sequential(first, Tanh())", names)?;
/// assert!(model.submodule("0")?.is_same(&first));
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FromText {
    unknown_as_containers: bool,
    arguments: Vec<(Value, Value)>,
    modules: Vec<(String, Module)>,
    tensors: Vec<(String, Tensor)>,
}

impl FromText {
    /// Nothing.
    pub fn new() -> Self {
        FromText::default()
    }

    /// A class that is not known becomes a container of that name.
    pub fn unknown_as_containers(mut self) -> Self {
        self.unknown_as_containers = true;
        self
    }

    /// A name that the text uses for a module that is there.
    pub fn module(mut self, name: &str, module: &Module) -> Self {
        self.modules.push((name.to_string(), module.clone()));
        self
    }

    /// A name that the text uses for a tensor that is there.
    pub fn tensor(mut self, name: &str, tensor: &Tensor) -> Self {
        self.tensors.push((name.to_string(), tensor.clone()));
        self
    }

    fn scope(&self) -> Result<Handle<duramen_scope>> {
        let mut out = null_mut();
        // SAFETY: handles and texts live for the call; on success there is one reference.
        call(Access::Read, |error| unsafe { duramen_scope_create(&mut out, error) })?;
        let scope = unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a scope");
        for (name, module) in &self.modules {
            let (data, length) = text(name);
            call(Access::Read, |error| unsafe {
                duramen_scope_set_module(scope.raw(), data, length, module.raw(), error)
            })?;
        }
        for (name, tensor) in &self.tensors {
            let (data, length) = text(name);
            call(Access::Read, |error| unsafe {
                duramen_scope_set_tensor(scope.raw(), data, length, tensor.raw(), error)
            })?;
        }
        Ok(scope)
    }

    /// Keyword arguments, as text ("num_heads=8"), of a path in the printed tree or of a class.
    pub fn argument(mut self, path_or_class: &str, keywords: &str) -> Self {
        self.arguments.push((path_or_class.into(), keywords.into()));
        self
    }
}

/// How it is made, and what it is.
impl Module {
    /// # Safety
    /// `raw` is NULL or a module that lives; one more reference is taken.
    pub(crate) unsafe fn retained(raw: *const duramen_module, context: &Context) -> Option<Module> {
        Handle::share(raw).map(|raw| Module { raw, context: context.clone() })
    }

    pub(crate) fn made(
        context: &Context,
        access: Access,
        body: impl FnOnce(*mut *mut duramen_module, *mut *mut duramen_error) -> i32,
    ) -> Result<Module> {
        Ok(Module::made_optional(context, access, body)?.expect("a call that succeeds gives a module"))
    }

    pub(crate) fn made_optional(
        context: &Context,
        access: Access,
        body: impl FnOnce(*mut *mut duramen_module, *mut *mut duramen_error) -> i32,
    ) -> Result<Option<Module>> {
        let mut out = null_mut();
        call(access, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference, or NULL.
        Ok(unsafe { Handle::adopt(out) }.map(|raw| Module { raw, context: context.clone() }))
    }

    pub(crate) fn raw(&self) -> *mut duramen_module {
        self.raw.raw()
    }

    pub(crate) fn into_raw(self) -> *mut duramen_module {
        self.raw.into_raw()
    }

    /// Builds a module from a constructor call, "Linear(784, 10, bias=False)", from what `print(model)`
    /// shows in PyTorch, or from [`Module::text`].
    pub fn from_text(context: &Context, constructor: &str) -> Result<Module> {
        let (data, length) = text(constructor);
        // SAFETY: handles and texts live for the call; so in all of this file.
        Module::made(context, Access::Read, |out, error| unsafe {
            duramen_module_from_text(context.raw(), data, length, out, error)
        })
    }

    /// The same with what the text does not show; gives also the path of each container that stands for
    /// an unknown class, with the class.
    pub fn from_text_with(context: &Context, printed: &str, how: FromText) -> Result<(Module, Vec<(String, String)>)> {
        let (data, length) = text(printed);
        let scope = how.scope()?;
        let arguments = Value::Dict(how.arguments).to_raw()?;
        let mut options: duramen_text_options = unsafe { zeroed() };
        options.struct_size = size_of::<duramen_text_options>() as u32;
        options.flags = if how.unknown_as_containers { DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS } else { 0 };
        options.scope = scope.raw();
        options.arguments = arguments.raw();
        let mut unknown = null_mut();
        let module = Module::made(context, Access::Read, |out, error| unsafe {
            duramen_module_from_text_with(context.raw(), data, length, &options, out, &mut unknown, error)
        })?;
        let unknown = unsafe { Value::adopt(unknown, context) };
        let pair = |(path, class): &(Value, Value)| Some((path.as_text()?.to_string(), class.as_text()?.to_string()));
        Ok((module, unknown.entries().unwrap_or(&[]).iter().filter_map(pair).collect()))
    }

    /// A module of any type by its name and arguments; [`crate::nn`] has a builder for each type.
    pub fn create(context: &Context, type_name: &str, arguments: &Arguments) -> Result<Module> {
        let options = arguments.to_raw(context)?;
        let (data, length) = text(type_name);
        Module::made(context, Access::Read, |out, error| unsafe {
            duramen_module_create(context.raw(), data, length, options.raw(), out, error)
        })
    }

    /// An empty module, on which entries are registered.
    pub fn new(context: &Context) -> Result<Module> {
        Module::from_text(context, "Module()")
    }

    /// The context that it computes on.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether the two are the very same module.
    pub fn is_same(&self, other: &Module) -> bool {
        self.raw() == other.raw()
    }

    /// The class: "Linear".
    pub fn class_name(&self) -> String {
        let mut length = 0;
        // SAFETY: the name is copied before anything can change it.
        unsafe { crate::text::lent(duramen_module_class_name(self.raw(), &mut length), length).to_string() }
    }

    /// What PyTorch prints for it, character for character; `Display` gives the same.
    pub fn repr(&self) -> Result<String> {
        made_text(Access::Read, |out, error| unsafe { duramen_module_repr(self.raw(), out, error) })
    }

    /// A text from which [`Module::from_text`] makes the same tree, without the values.
    pub fn text(&self) -> Result<String> {
        made_text(Access::Read, |out, error| unsafe { duramen_module_text(self.raw(), out, error) })
    }

    /// Lists what the options say.
    pub fn list(&self, what: List<'_>) -> Result<Listing> {
        let options = what.raw();
        Listing::made(&self.context, |out, error| unsafe { duramen_module_list(self.raw(), &options, out, error) })
    }

    /// The parameters of the tree, each once.
    pub fn named_parameters(&self) -> Result<Listing> {
        self.list(List::of(Kind::Parameter))
    }

    /// The buffers of the tree, each once.
    pub fn named_buffers(&self) -> Result<Listing> {
        self.list(List::of(Kind::Buffer))
    }

    /// The modules of the tree, itself first.
    pub fn named_modules(&self) -> Result<Listing> {
        self.list(List::of(Kind::Module))
    }

    /// The direct children.
    pub fn named_children(&self) -> Result<Listing> {
        self.list(List::of(Kind::Child))
    }

    /// The parameters of the tree, for an optimizer.
    pub fn parameters(&self) -> Result<Vec<Tensor>> {
        Ok(self.named_parameters()?.tensors())
    }

    /// The module at a dotted path; "" is the module itself.
    pub fn submodule(&self, path: &str) -> Result<Module> {
        let (data, length) = text(path);
        Module::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_module_get_submodule(self.raw(), data, length, out, error)
        })
    }

    /// The parameter at a dotted path.
    pub fn parameter(&self, path: &str) -> Result<Tensor> {
        let (data, length) = text(path);
        Tensor::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_module_get_parameter(self.raw(), data, length, out, error)
        })
    }

    /// The buffer at a dotted path; None for a name that is registered as None.
    pub fn buffer(&self, path: &str) -> Result<Option<Tensor>> {
        let (data, length) = text(path);
        Tensor::made_optional(&self.context, Access::Read, |out, error| unsafe {
            duramen_module_get_buffer(self.raw(), data, length, out, error)
        })
    }

    /// The state: live views of parameters and buffers.
    pub fn state_dict(&self) -> Result<StateDict> {
        self.state_dict_with("", false)
    }

    /// The same with a prefix before every name; `keep_vars`: the very parameters, not detached views.
    pub fn state_dict_with(&self, prefix: &str, keep_vars: bool) -> Result<StateDict> {
        let (data, length) = text(prefix);
        let flags = if keep_vars { DURAMEN_STATE_KEEP_VARS } else { 0 };
        StateDict::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_module_state_dict(self.raw(), data, length, flags, out, error)
        })
    }

    /// Adds the state to a dict, behind what is there or in the place of entries of the same name.
    pub fn add_state_dict(&self, dict: &StateDict, prefix: &str) -> Result<()> {
        let (data, length) = text(prefix);
        call(Access::Read, |error| unsafe {
            duramen_module_add_state_dict(self.raw(), dict.raw(), data, length, 0, error)
        })
    }

    /// A copy of the whole tree.
    pub fn deepcopy(&self) -> Result<Module> {
        Module::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_module_deepcopy(self.context.raw(), self.raw(), out, error)
        })
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repr().map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.repr() {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "{}(… {})", self.class_name(), error),
        }
    }
}

/// Every type that a text can name, as JSON.
pub fn registry() -> Result<String> {
    made_text(Access::Read, |out, error| unsafe { duramen_registry_describe(out, error) })
}
