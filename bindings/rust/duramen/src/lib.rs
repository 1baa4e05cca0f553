//! PyTorch module trees, state dicts, checkpoints and training on the CPU, without Python: the safe way to
//! libduramen.
//!
//! ```
//! use duramen::{nn, optim, Context};
//!
//! fn main() -> duramen::Result<()> {
//!     let context = Context::builder().seed(0).build()?;
//!     let model = nn::Sequential::new()
//!         .add(nn::Linear::new(2, 8))
//!         .add(nn::Tanh::new())
//!         .add(nn::Linear::new(8, 1))
//!         .build(&context)?;
//!     let loss = nn::MSELoss::new().build(&context)?;
//!     let mut optimizer = optim::SGD::new().lr(0.2).momentum(0.9).build(&context, &model.parameters()?)?;
//!     let x = context.tensor(&[0f32, 0., 0., 1., 1., 0., 1., 1.], &[4, 2])?;
//!     let y = context.tensor(&[0f32, 1., 1., 0.], &[4, 1])?;
//!     for _ in 0..300 {
//!         optimizer.zero_grad()?;
//!         loss.forward_many(&[&model.forward(&x)?, &y])?.backward()?;
//!         optimizer.step()?;
//!     }
//!     let answers = model.forward(&x)?.to_vec::<f32>()?;
//!     assert!(answers[0] < 0.1 && answers[1] > 0.9);
//!     Ok(())
//! }
//! ```
//!
//! # Ownership
//! A handle ([`Tensor`], [`Module`], [`StateDict`], …) is a counted reference: a clone is the same object,
//! and the last one that is dropped releases it. What a listing, an error or a report lends is borrowed
//! from it.
//!
//! # Threads
//! | type | Send | Sync | why |
//! |---|---|---|---|
//! | [`Context`], [`Tensor`], [`Value`], [`Module`], [`Listing`], [`StateDict`], [`Checkpoint`], [`Optimizer`], [`Arguments`] | no | no | reaches tensors, which other handles of the thread reach as well |
//! | [`Error`], [`LoadReport`], [`Diff`], [`Op`] | yes | yes | immutable, without tensors |
//! | [`RenameRules`], [`TensorStream`] | yes | yes | one owner, who writes through `&mut` |
//! | [`Canceller`], [`SharedModule`] | yes | yes | made for several threads |
//!
//! Every thread has contexts of its own. [`Module::share`] gives a copy that many threads run;
//! [`SharedModule::to_module`] and the bytes of a checkpoint ([`Save::to_bytes`]) carry values over.
//!
//! # Memory
//! Two tensors may share memory, so no borrow of a handle protects it. [`Tensor::to_vec`] copies;
//! [`Tensor::as_slice`] shows the elements in place, and calls that would write meanwhile are refused with
//! [`Code::State`]. [`Context::tensor_from_vec`] takes a vector's memory over.
//!
//! # Callbacks
//! Modules ([`OwnModule`]) and functions ([`OwnFunction`]) of the program's own, hooks ([`Hooks`], [`CallHooks`]), sinks,
//! readers and writers run on the thread of the call that needs them. A panic ends at the border and
//! becomes an error with [`Code::Panic`]. Inside a module's or function's callback trees cannot be edited,
//! and inside sinks, rename rules, readers and writers the library cannot be called: [`Code::State`].
//!
//! # Features
//! `ndarray`: arrays in and out. `bundled`: builds libduramen from source and links it statically.
#![warn(missing_docs)]
#![allow(clippy::not_unsafe_ptr_arg_deref)]

mod arguments;
mod border;
mod call_hooks;
mod compare;
mod context;
mod dtype;
mod error;
mod files;
mod function;
mod generated;
mod handle;
mod hooks;
pub mod init;
#[cfg(feature = "ndarray")]
mod interop;
mod listing;
mod load;
mod module;
pub mod nn;
mod op;
mod optimizer;
mod own;
mod rename;
mod shared;
mod state_dict;
mod tensor;
mod text;
mod value;

/// Builders of operators, generated from the registry; a builder's `apply` takes the tensors.
pub mod ops {
    pub use crate::generated::ops::*;
}

/// Builders of optimizers, generated from the registry.
pub mod optim {
    pub use crate::generated::optim::*;
}

pub use arguments::{Argument, Arguments, Layer};
pub use call_hooks::{CallHooks, CallInputs};
pub use compare::{Diff, Difference};
pub use context::{Canceller, Context, ContextBuilder, GradGuard, Level, Memory, Progress};
pub use dtype::{DType, Element, Plain, BF16, F16};
pub use error::{Code, Error, Result};
pub use files::{
    edit_metadata, set_metadata, Checkpoint, Durability, FileEntries, FileEntry, Format, Limits, Open, Save,
    TensorStream,
};
pub use function::{OwnFunction, Saved};
pub use hooks::{HookId, Hooks, LoadNotes};
pub use listing::{pattern_matches, Entries, Entry, Kind, List, Listing};
pub use load::{Item, ItemKind, Load, LoadReport, Policy};
pub use module::{registry, Blend, Buffers, FromText, Module, Which};
pub use op::Op;
pub use optimizer::Optimizer;
pub use own::OwnModule;
pub use rename::RenameRules;
pub use shared::SharedModule;
pub use state_dict::StateDict;
pub use tensor::{Backward, Reduction, Slice, SliceMut, Tensor};
pub use value::{Opaque, Value};

/// The version of the library that is loaded: "0.2.0".
pub fn version() -> String {
    // SAFETY: static storage, terminated.
    unsafe { std::ffi::CStr::from_ptr(duramen_sys::duramen_version_string()) }.to_string_lossy().into_owned()
}

/// How the library was built and what it chose on this machine, as JSON.
pub fn build_info() -> Result<String> {
    // SAFETY: the call gives one text.
    text::made_text(border::Access::Read, |out, error| unsafe { duramen_sys::duramen_build_info(out, error) })
}

/// Whether the library has an optional feature: "safetensors", "torch", "npy", "npz", "gguf", "dcp", "dlpack", "autograd".
pub fn has_feature(name: &str) -> bool {
    let (data, length) = text::text(name);
    // SAFETY: the text is read.
    unsafe { duramen_sys::duramen_feature_supported(data, length) != 0 }
}
