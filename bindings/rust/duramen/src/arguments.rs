//! Arguments by name, for whatever the registry builds: modules, operators, optimizers, initializers.
use crate::border::{call, Access};
use crate::context::Context;
use crate::dtype::DType;
use crate::error::Result;
use crate::handle::Handle;
use crate::module::Module;
use crate::tensor::Tensor;
use crate::text::{optional_text, text};
use crate::value::Value;
use duramen_sys::*;
use std::ptr::null_mut;

/// One argument. Whatever converts into it may be given to a builder.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Argument {
    /// A tuple of ints, such as a kernel's size.
    Ints(Vec<i64>),
    /// A tuple of floats, such as Adam's betas.
    Floats(Vec<f64>),
    /// A module.
    Module(Module),
    /// A list of modules, as `Sequential` takes; None among them is None.
    Modules(Vec<Option<Layer>>),
    /// Modules by name, as `ModuleDict` takes.
    NamedModules(Vec<(String, Option<Layer>)>),
    /// Anything else.
    Value(Value),
}

/// A module that is there, or one that is to be made together with its container.
#[derive(Clone, Debug)]
pub struct Layer(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Made(Module),
    ToMake(&'static str, Arguments),
}

impl Layer {
    pub(crate) fn to_make(type_name: &'static str, arguments: Arguments) -> Layer {
        Layer(Kind::ToMake(type_name, arguments))
    }

    fn module(&self, context: &Context) -> Result<Module> {
        match &self.0 {
            Kind::Made(module) => Ok(module.clone()),
            Kind::ToMake(type_name, arguments) => Module::create(context, type_name, arguments),
        }
    }
}

impl From<Module> for Layer {
    fn from(module: Module) -> Layer {
        Layer(Kind::Made(module))
    }
}

impl From<&Module> for Layer {
    fn from(module: &Module) -> Layer {
        Layer(Kind::Made(module.clone()))
    }
}

/// Arguments by name; what is not set has its default.
///
/// ```
/// use duramen::{Arguments, Context, Module};
/// let context = Context::new()?;
/// let linear = Arguments::new().set("in_features", 4).set("out_features", 3).set("bias", false);
/// assert_eq!(Module::create(&context, "Linear", &linear)?.named_parameters()?.len(), 1);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Arguments(Vec<(&'static str, Argument)>);

impl Arguments {
    /// None at all.
    pub fn new() -> Self {
        Arguments::default()
    }

    /// Sets an argument, or replaces it.
    pub fn set(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, value.into()));
        self
    }

    pub(crate) fn to_raw(&self, context: &Context) -> Result<Handle<duramen_options>> {
        let mut out = null_mut();
        // SAFETY: on success there is one reference.
        call(Access::Read, |error| unsafe { duramen_options_create(&mut out, error) })?;
        let options = unsafe { Handle::adopt(out) }.expect("a call that succeeds gives options");
        for (name, argument) in &self.0 {
            argument.put(options.raw(), name, context)?;
        }
        Ok(options)
    }

    pub(crate) fn holds_tensors(&self) -> bool {
        self.0.iter().any(|(_, argument)| argument.holds_tensors())
    }
}

impl Argument {
    fn holds_tensors(&self) -> bool {
        fn holds(value: &Value) -> bool {
            match value {
                Value::Tensor(_) | Value::Opaque(_) => true,
                Value::List(items) | Value::Tuple(items) => items.iter().any(holds),
                Value::Dict(entries) | Value::OrderedDict(entries) => {
                    entries.iter().any(|(key, item)| holds(key) || holds(item))
                }
                _ => false,
            }
        }
        match self {
            Argument::Ints(_) | Argument::Floats(_) => false,
            Argument::Value(value) => holds(value),
            _ => true,
        }
    }

    fn put(&self, options: *mut duramen_options, name: &str, context: &Context) -> Result<()> {
        let (data, length) = text(name);
        // SAFETY: handles, texts and items live for the call.
        match self {
            Argument::Ints(items) => call(Access::Read, |error| unsafe {
                duramen_options_set_ints(options, data, length, items.as_ptr(), items.len(), error)
            }),
            Argument::Floats(items) => call(Access::Read, |error| unsafe {
                duramen_options_set_floats(options, data, length, items.as_ptr(), items.len(), error)
            }),
            Argument::Module(module) => call(Access::Read, |error| unsafe {
                duramen_options_set_module(options, data, length, module.raw(), error)
            }),
            Argument::Modules(layers) => {
                layers.iter().try_for_each(|layer| add(options, name, None, layer.as_ref(), context))
            }
            Argument::NamedModules(layers) => {
                layers.iter().try_for_each(|(key, layer)| add(options, name, Some(key), layer.as_ref(), context))
            }
            Argument::Value(value) => put_value(options, name, value),
        }
    }
}

fn put_value(options: *mut duramen_options, name: &str, value: &Value) -> Result<()> {
    let (data, length) = text(name);
    let raw = value.to_raw()?;
    // SAFETY: as above.
    call(Access::Read, |error| unsafe { duramen_options_set_value(options, data, length, raw.raw(), error) })
}

fn add(
    options: *mut duramen_options,
    name: &str,
    key: Option<&str>,
    layer: Option<&Layer>,
    context: &Context,
) -> Result<()> {
    let module = layer.map(|layer| layer.module(context)).transpose()?;
    let ((data, length), (key, key_length)) = (text(name), optional_text(key));
    let raw = module.as_ref().map_or(null_mut(), Module::raw);
    // SAFETY: as above; the options hold the module.
    call(Access::Read, |error| unsafe {
        duramen_options_add_module(options, data, length, key, key_length, raw, error)
    })
}

/// A number beyond 64 bits with a sign is a big int.
fn whole(value: usize) -> Value {
    i64::try_from(value).map_or_else(|_| Value::BigInt(value.to_string()), Value::Int)
}

macro_rules! from {
    ($($type:ty, $value:ident => $body:expr;)*) => {$(
        impl From<$type> for Argument {
            fn from($value: $type) -> Argument {
                $body
            }
        }
    )*};
}

from! {
    bool, value => Argument::Value(value.into());
    i64, value => Argument::Value(value.into());
    i32, value => Argument::Value(value.into());
    u32, value => Argument::Value(i64::from(value).into());
    usize, value => Argument::Value(whole(value));
    f64, value => Argument::Value(value.into());
    f32, value => Argument::Value(f64::from(value).into());
    &str, value => Argument::Value(value.into());
    String, value => Argument::Value(value.into());
    DType, value => Argument::Value(value.name().into());
    &Tensor, value => Argument::Value(value.into());
    Tensor, value => Argument::Value(value.into());
    &Module, value => Argument::Module(value.clone());
    Module, value => Argument::Module(value);
    Value, value => Argument::Value(value);
    Vec<i64>, value => Argument::Ints(value);
    &[i64], value => Argument::Ints(value.to_vec());
    Vec<f64>, value => Argument::Floats(value);
}

impl<const N: usize> From<[i64; N]> for Argument {
    fn from(value: [i64; N]) -> Argument {
        Argument::Ints(value.to_vec())
    }
}

impl<const N: usize> From<[f64; N]> for Argument {
    fn from(value: [f64; N]) -> Argument {
        Argument::Floats(value.to_vec())
    }
}

impl<T: Into<Argument>> From<Option<T>> for Argument {
    fn from(value: Option<T>) -> Argument {
        value.map_or(Argument::Value(Value::None), Into::into)
    }
}
