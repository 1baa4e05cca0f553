//! Builders of modules, generated from the registry, and those of containers.
//!
//! ```
//! use duramen::{nn, Context};
//! let context = Context::new()?;
//! let model = nn::Sequential::new()
//!     .add(nn::Conv2d::new(3, 8, 3).padding(1).bias(false))
//!     .add(nn::BatchNorm2d::new(8))
//!     .add(nn::ReLU::new())
//!     .build(&context)?;
//! assert_eq!(model.parameter("0.weight")?.shape(), [8, 3, 3, 3]);
//! # Ok::<(), duramen::Error>(())
//! ```
use crate::arguments::{Argument, Arguments, Layer};
use crate::context::Context;
use crate::error::Result;
use crate::module::Module;

pub use crate::generated::nn::*;

macro_rules! by_position {
    ($(#[$doc:meta])* $name:ident, $type_name:literal, $argument:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name(Vec<Option<Layer>>);

        impl $name {
            /// Without children.
            pub fn new() -> Self {
                Self::default()
            }

            /// Adds a module, or a builder of one.
            #[allow(clippy::should_implement_trait)]
            pub fn add(mut self, layer: impl Into<Layer>) -> Self {
                self.0.push(Some(layer.into()));
                self
            }

            /// Makes the module, and those that are builders so far.
            pub fn build(&self, context: &Context) -> Result<Module> {
                Module::create(context, $type_name, &self.arguments())
            }

            fn arguments(&self) -> Arguments {
                if self.0.is_empty() {
                    return Arguments::new();
                }
                Arguments::new().set($argument, Argument::Modules(self.0.clone()))
            }
        }

        impl From<$name> for Layer {
            fn from(builder: $name) -> Layer {
                Layer::to_make($type_name, builder.arguments())
            }
        }
    };
}

macro_rules! by_name {
    ($(#[$doc:meta])* $name:ident, $type_name:literal, $argument:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name(Vec<(String, Option<Layer>)>);

        impl $name {
            /// Without children.
            pub fn new() -> Self {
                Self::default()
            }

            /// Adds a module, or a builder of one, under a name.
            pub fn add(mut self, name: &str, layer: impl Into<Layer>) -> Self {
                self.0.push((name.to_string(), Some(layer.into())));
                self
            }

            /// Makes the module, and those that are builders so far.
            pub fn build(&self, context: &Context) -> Result<Module> {
                Module::create(context, $type_name, &self.arguments())
            }

            fn arguments(&self) -> Arguments {
                if self.0.is_empty() {
                    return Arguments::new();
                }
                Arguments::new().set($argument, Argument::NamedModules(self.0.clone()))
            }
        }

        impl From<$name> for Layer {
            fn from(builder: $name) -> Layer {
                Layer::to_make($type_name, builder.arguments())
            }
        }
    };
}

by_position! {
    /// Runs its modules one after the other; they are named "0", "1", ….
    Sequential, "Sequential", "args"
}

by_position! {
    /// Holds modules by position; has no forward.
    ModuleList, "ModuleList", "modules"
}

by_name! {
    /// A `Sequential` whose modules have names.
    NamedSequential, "Sequential", "args"
}

by_name! {
    /// Holds modules by name; has no forward.
    ModuleDict, "ModuleDict", "modules"
}
