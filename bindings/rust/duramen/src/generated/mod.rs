//! What tools/registry.py writes from the library's registry, and the macros that make builders of it.

/// One builder: its type, what has to be given, what may be given.
macro_rules! builder {
    (
        $(#[$doc:meta])* $name:ident = $type_name:literal ($($required:ident as $required_key:literal: $required_type:ty),*)
        { $($(#[$option_doc:meta])* $option:ident as $key:literal: $type:ty;)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(crate::arguments::Arguments);

        #[allow(clippy::new_without_default, clippy::too_many_arguments, clippy::wrong_self_convention)]
        impl $name {
            /// With what has to be given; the rest has PyTorch's defaults.
            pub fn new($($required: $required_type),*) -> Self {
                Self(crate::arguments::Arguments::new()$(.set($required_key, $required))*)
            }

            $($(#[$option_doc])*
            pub fn $option(self, value: $type) -> Self {
                Self(self.0.set($key, value))
            })*
        }
    };
}

macro_rules! modules {
    ($($(#[$doc:meta])* $name:ident = $type_name:literal ($($required:tt)*) { $($options:tt)* })*) => {$(
        builder! { $(#[$doc])* $name = $type_name ($($required)*) { $($options)* } }

        impl $name {
            /// Makes the module.
            pub fn build(&self, context: &crate::Context) -> crate::Result<crate::Module> {
                crate::Module::create(context, $type_name, &self.0)
            }
        }

        impl From<$name> for crate::Layer {
            fn from(builder: $name) -> crate::Layer {
                crate::Layer::to_make($type_name, builder.0)
            }
        }
    )*};
}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident = $type_name:literal ($($required:tt)*) { $($options:tt)* })*) => {$(
        builder! { $(#[$doc])* $name = $type_name ($($required)*) { $($options)* } }

        impl $name {
            /// Prepares the operator.
            pub fn build(&self) -> crate::Result<crate::Op> {
                crate::Op::create($type_name, &self.0)
            }

            /// Applies it to tensors, one tensor back.
            pub fn apply(&self, inputs: &[&crate::Tensor]) -> crate::Result<crate::Tensor> {
                self.build()?.apply(inputs)
            }
        }
    )*};
}

macro_rules! optimizers {
    ($($(#[$doc:meta])* $name:ident = $type_name:literal ($($required:tt)*) { $($options:tt)* })*) => {$(
        builder! { $(#[$doc])* $name = $type_name ($($required)*) { $($options)* } }

        impl $name {
            /// Makes the optimizer of these parameters.
            pub fn build(&self, context: &crate::Context, parameters: &[crate::Tensor]) -> crate::Result<crate::Optimizer> {
                crate::Optimizer::create(context, $type_name, &self.0, parameters)
            }
        }
    )*};
}

macro_rules! initializers {
    ($($(#[$doc:meta])* $name:ident = $type_name:literal ($($required:tt)*) { $($options:tt)* })*) => {$(
        builder! { $(#[$doc])* $name = $type_name ($($required)*) { $($options)* } }

        impl $name {
            /// Fills a tensor.
            pub fn fill(&self, tensor: &crate::Tensor) -> crate::Result<()> {
                tensor.init_with($type_name, &self.0)
            }
        }
    )*};
}

#[rustfmt::skip]
pub(crate) mod init;
#[rustfmt::skip]
pub(crate) mod nn;
#[rustfmt::skip]
pub(crate) mod ops;
#[rustfmt::skip]
pub(crate) mod optim;
