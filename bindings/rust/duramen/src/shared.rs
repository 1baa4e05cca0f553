//! A module that many threads run at once.
use crate::border::Access;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::handle::Handle;
use crate::module::{Blend, Module};
use crate::tensor::Tensor;
use duramen_sys::*;
use std::collections::HashSet;
use std::sync::Arc;

/// A copy of a module in eval mode, frozen, that any thread may run on a context of its own.
///
/// Handles stay on one thread because several may reach the same memory. Nobody but this object reaches
/// the copy: it is built anew, gives none of its tensors away, and refuses what could write to itself
/// (classes of the program's own, lazy modules, embeddings with `max_norm`). It has no hooks. A clone is the same
/// module.
///
/// ```
/// use duramen::{Context, Module};
/// let context = Context::new()?;
/// let model = Module::from_text(&context, "Linear(4, 2)")?.share()?;
/// let threads: Vec<_> = (0..2).map(|_| {
///     let model = model.clone();
///     std::thread::spawn(move || -> duramen::Result<Vec<f32>> {
///         let context = Context::new()?;
///         model.forward(&context.ones(&[1, 4])?)?.to_vec()
///     })
/// }).collect();
/// let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
/// assert_eq!(results[0], results[1]);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct SharedModule(Arc<Inner>);

struct Inner {
    raw: Handle<duramen_module>,
    /// Of its parameters and buffers.
    storages: HashSet<u64>,
}

// SAFETY: the tree is the object's own and is only read: a module has many readers. Whatever any thread may
// do to it here (eval forward of the library's own classes, deep copy, release) is for many threads.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl Module {
    /// A copy that several threads can run. It is in eval mode and requires no grad.
    pub fn share(&self) -> Result<SharedModule> {
        let context = Context::new()?; // building draws initial values, which the copy overwrites
        let text = self.text()?;
        if let Some(reason) = writes_to_itself(self, &text)? {
            return Err(Error::local(Code::Unsupported, format!("share: {}", reason)));
        }
        let copy = Module::from_text(&context, &text)?;
        copy.copy_from(self, Blend::new())?;
        copy.eval()?;
        copy.set_requires_grad(false)?;
        let storages = copy.list(crate::List::new())?.tensors().iter().map(Tensor::storage_id).collect();
        // SAFETY: the module has one reference to give; all other handles of the copy end here.
        let raw = unsafe { Handle::adopt(copy.into_raw()) }.expect("a module");
        Ok(SharedModule(Arc::new(Inner { raw, storages })))
    }
}

/// Why an eval forward of a tree might write to the tree.
fn writes_to_itself(module: &Module, text: &str) -> Result<Option<&'static str>> {
    if module.list(crate::List::new())?.iter().any(|entry| entry.is_uninitialized()) {
        return Ok(Some("a lazy module has no shapes yet"));
    }
    let renorm = text.match_indices("max_norm=").any(|(at, key)| !text[at + key.len()..].starts_with("None"));
    Ok(renorm.then_some("an embedding with max_norm writes to its weight"))
}

impl SharedModule {
    /// Runs it on the input's context, one tensor in, one out.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.forward_many(&[input])
    }

    /// Runs it on several tensors, of which there is at least one.
    pub fn forward_many(&self, inputs: &[&Tensor]) -> Result<Tensor> {
        let context = match inputs.first() {
            Some(first) => first.context(),
            None => return Err(Error::local(Code::InvalidArgument, "forward: no tensors".to_string())),
        };
        let raw: Vec<_> = inputs.iter().map(|tensor| tensor.raw()).collect();
        // SAFETY: handles live for the call, and the module is only read; `inplace` layers write the inputs.
        let out = Tensor::made(context, Access::Write, |out, error| unsafe {
            duramen_module_forward_many(context.raw(), self.0.raw.raw(), raw.as_ptr(), raw.len(), out, error)
        })?;
        // What the module owns stays its own, even if a class gave it away as it is.
        if self.0.storages.contains(&out.storage_id()) {
            return out.copy();
        }
        Ok(out)
    }

    /// A module of the calling thread's own, with the same values, in eval mode and frozen.
    pub fn to_module(&self, context: &Context) -> Result<Module> {
        // SAFETY: the tree is only read; the copy shares nothing with it.
        Module::made(context, Access::Read, |out, error| unsafe {
            duramen_module_deepcopy(context.raw(), self.0.raw.raw(), out, error)
        })
    }
}

impl std::fmt::Debug for SharedModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedModule")
    }
}
