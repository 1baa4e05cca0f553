//! State dicts: ordered names, each with a tensor or another value; the only word that modules and files
//! share.
use crate::border::{call, Access};
use crate::context::Context;
use crate::error::{Code, Result};
use crate::handle::Handle;
use crate::listing::{List, Listing};
use crate::tensor::Tensor;
use crate::text::{made_text, made_texts, optional_text, text};
use crate::value::Value;
use duramen_sys::*;
use std::fmt;
use std::ptr::null_mut;

/// A state dict; a clone is the same dict ([`StateDict::copy`] makes another).
///
/// ```
/// use duramen::{Context, Module};
/// let context = Context::new()?;
/// let model = Module::from_text(&context, "Linear(2, 1)")?;
/// let state = model.state_dict()?.snapshot()?;
/// let names: Vec<_> = state.list()?.iter().map(|entry| entry.name().to_string()).collect();
/// assert_eq!(names, ["weight", "bias"]);
/// model.parameter("bias")?.detach()?.fill(7.0)?;
/// model.load_state_dict(&state)?;
/// assert!(model.parameter("bias")?.at([0])? < 1.0);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct StateDict {
    raw: Handle<duramen_state_dict>,
    context: Context,
}

/// How it is made.
impl StateDict {
    /// An empty dict.
    pub fn new(context: &Context) -> Result<StateDict> {
        // SAFETY: handles and texts live for the call; so in all of this file.
        StateDict::made(context, Access::Read, |out, error| unsafe { duramen_state_dict_create(out, error) })
    }

    pub(crate) fn made(
        context: &Context,
        access: Access,
        body: impl FnOnce(*mut *mut duramen_state_dict, *mut *mut duramen_error) -> i32,
    ) -> Result<StateDict> {
        let mut out = null_mut();
        call(access, |error| body(&mut out, error))?;
        let raw = unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a state dict");
        Ok(StateDict { raw, context: context.clone() })
    }

    /// # Safety
    /// `raw` is a state dict that lives.
    pub(crate) unsafe fn retained(raw: *const duramen_state_dict, context: &Context) -> StateDict {
        StateDict { raw: Handle::share(raw).expect("a state dict"), context: context.clone() }
    }

    pub(crate) fn raw(&self) -> *mut duramen_state_dict {
        self.raw.raw()
    }

    /// The context that its tensors compute on.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Another dict with copies of the tensors; ties stay ties.
    pub fn snapshot(&self) -> Result<StateDict> {
        StateDict::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_state_dict_snapshot(self.context.raw(), self.raw(), out, error)
        })
    }

    /// Another dict with the same tensors.
    pub fn copy(&self) -> Result<StateDict> {
        StateDict::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_state_dict_copy(self.raw(), out, error)
        })
    }

    /// The dict inside a value, such as a checkpoint's content; `select` is a dotted path to it.
    pub fn from_value(context: &Context, value: &Value, select: Option<&str>) -> Result<StateDict> {
        let value = value.to_raw()?;
        let (data, length) = optional_text(select);
        StateDict::made(context, Access::Read, |out, error| unsafe {
            duramen_state_dict_from_value(value.raw(), data, length, out, error)
        })
    }

    /// The dict as a value: an OrderedDict, as `torch.save` sees it.
    pub fn to_value(&self) -> Result<Value> {
        Value::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_state_dict_to_value(self.raw(), out, error)
        })
    }
}

/// Entries.
impl StateDict {
    /// The entries in their order, as a snapshot that is read in place.
    pub fn list(&self) -> Result<Listing> {
        self.list_with(List::new())
    }

    /// Those that the options select.
    pub fn list_with(&self, what: List<'_>) -> Result<Listing> {
        let options = what.raw();
        Listing::made(&self.context, |out, error| unsafe { duramen_state_dict_list(self.raw(), &options, out, error) })
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        unsafe { duramen_state_dict_count(self.raw()) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is an entry of that name.
    pub fn contains(&self, name: &str) -> Result<bool> {
        match self.value(name) {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Code::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The tensor of a name.
    pub fn get(&self, name: &str) -> Result<Tensor> {
        let (data, length) = text(name);
        Tensor::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_state_dict_get_tensor(self.raw(), data, length, out, error)
        })
    }

    /// The entry of a name, tensor or not.
    pub fn value(&self, name: &str) -> Result<Value> {
        let (data, length) = text(name);
        Value::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_state_dict_get_value(self.raw(), data, length, out, error)
        })
    }

    /// Puts a tensor under a name: at the end, or in the place of what has it.
    pub fn set(&self, name: &str, tensor: &Tensor) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Read, |error| unsafe {
            duramen_state_dict_set_tensor(self.raw(), data, length, tensor.raw(), error)
        })
    }

    /// Puts a value under a name.
    pub fn set_value(&self, name: &str, value: impl Into<Value>) -> Result<()> {
        let (data, length) = text(name);
        let value = value.into().to_raw()?;
        call(Access::Read, |error| unsafe {
            duramen_state_dict_set_value(self.raw(), data, length, value.raw(), error)
        })
    }

    /// Removes an entry.
    pub fn remove(&self, name: &str) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Read, |error| unsafe { duramen_state_dict_remove(self.raw(), data, length, error) })
    }

    /// Takes a prefix off every name that has it.
    pub fn strip_prefix(&self, prefix: &str) -> Result<()> {
        let (data, length) = text(prefix);
        call(Access::Read, |error| unsafe { duramen_state_dict_strip_prefix(self.raw(), data, length, error) })
    }
}

/// Versions of modules, and the metadata of safetensors files.
impl StateDict {
    /// Whether there are per-module versions at all.
    pub fn has_versions(&self) -> bool {
        unsafe { duramen_state_dict_has_versions(self.raw()) != 0 }
    }

    /// The version of the module at a path.
    pub fn version(&self, path: &str) -> Result<i64> {
        let (data, length) = text(path);
        let mut out = 0;
        call(Access::Read, |error| unsafe { duramen_state_dict_version(self.raw(), data, length, &mut out, error) })?;
        Ok(out)
    }

    /// Sets the version of the module at a path.
    pub fn set_version(&self, path: &str, version: i64) -> Result<()> {
        let (data, length) = text(path);
        call(Access::Read, |error| unsafe { duramen_state_dict_set_version(self.raw(), data, length, version, error) })
    }

    /// The paths that have a version.
    pub fn version_paths(&self) -> Result<Vec<String>> {
        made_texts(|out, error| unsafe { duramen_state_dict_version_paths(self.raw(), out, error) })
    }

    /// The metadata text under a key.
    pub fn metadata(&self, key: &str) -> Result<String> {
        let (data, length) = text(key);
        made_text(Access::Read, |out, error| unsafe {
            duramen_state_dict_metadata(self.raw(), data, length, out, error)
        })
    }

    /// Puts a metadata text under a key; None removes the key.
    pub fn set_metadata<'a>(&self, key: &str, value: impl Into<Option<&'a str>>) -> Result<()> {
        let ((data, length), (value, value_length)) = (text(key), optional_text(value.into()));
        call(Access::Read, |error| unsafe {
            duramen_state_dict_set_metadata(self.raw(), data, length, value, value_length, error)
        })
    }

    /// The metadata keys.
    pub fn metadata_keys(&self) -> Result<Vec<String>> {
        made_texts(|out, error| unsafe { duramen_state_dict_metadata_keys(self.raw(), out, error) })
    }
}

impl fmt::Debug for StateDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.list() {
            Ok(listing) => f.debug_list().entries(listing.iter()).finish(),
            Err(error) => write!(f, "StateDict({})", error),
        }
    }
}
