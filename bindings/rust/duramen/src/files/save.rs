//! Saving state dicts and values: to a file (whole or untouched), to bytes, to a writer.
use super::checkpoint::path_text;
use crate::border::{call, callback, Access, Inside};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::state_dict::StateDict;
use crate::text::{optional_text, text};
use crate::value::{bytes_of, Value};
use duramen_sys::*;
use std::io::Write;
use std::mem::{size_of, zeroed};
use std::os::raw::c_void;
use std::path::Path;
use std::ptr::null_mut;

/// File formats.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `.safetensors`
    Safetensors,
    /// PyTorch's `.pt`
    Torch,
    /// NumPy's `.npy`: one tensor without a name.
    Npy,
    /// NumPy's `.npz`
    Npz,
    /// llama.cpp's `.gguf`
    Gguf,
    /// A folder: PyTorch's distributed checkpoint.
    Dcp,
}

impl Format {
    fn number(self) -> i32 {
        match self {
            Format::Safetensors => DURAMEN_FORMAT_SAFETENSORS,
            Format::Torch => DURAMEN_FORMAT_TORCH,
            Format::Npy => DURAMEN_FORMAT_NPY,
            Format::Npz => DURAMEN_FORMAT_NPZ,
            Format::Gguf => DURAMEN_FORMAT_GGUF,
            Format::Dcp => DURAMEN_FORMAT_DCP,
        }
    }
}

/// How much a save promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The file survives a power cut once the call has returned.
    Durable,
    /// The file is whole or untouched.
    Atomic,
}

/// How to save; what it starts with goes by the path's ending, and is durable.
///
/// ```
/// use duramen::{Checkpoint, Context, Format, Module, Save};
/// let context = Context::new()?;
/// let state = Module::from_text(&context, "Linear(4, 3)")?.state_dict()?;
/// let bytes = Save::new().format(Format::Safetensors).to_bytes(&state)?;
/// assert_eq!(Checkpoint::from_bytes(&context, &bytes)?.state_dict()?.digest()?, state.digest()?);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Save {
    format: Option<Format>,
    durability: Option<Durability>,
    alignment: u32,
    max_shard_bytes: u64,
}

impl Save {
    /// By the path's ending.
    pub fn new() -> Self {
        Save::default()
    }

    /// The format; needed where there is no path.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// How much the save promises.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = Some(durability);
        self
    }

    /// Of safetensors: the data starts at a multiple of this.
    pub fn alignment(mut self, alignment: u32) -> Self {
        self.alignment = alignment;
        self
    }

    /// Several files of at most so many bytes of tensors, with an index.
    pub fn max_shard_bytes(mut self, nbytes: u64) -> Self {
        self.max_shard_bytes = nbytes;
        self
    }

    pub(super) fn raw(&self) -> duramen_save_options {
        // SAFETY: zero is the default of every field.
        let mut raw: duramen_save_options = unsafe { zeroed() };
        raw.struct_size = size_of::<duramen_save_options>() as u32;
        raw.format = self.format.map_or(DURAMEN_FORMAT_AUTOMATIC, Format::number);
        raw.durability = match self.durability {
            Some(Durability::Atomic) => DURAMEN_DURABILITY_ATOMIC,
            _ => DURAMEN_DURABILITY_DURABLE,
        };
        raw.alignment = self.alignment;
        raw.max_shard_bytes = self.max_shard_bytes;
        raw
    }

    /// Saves a state dict: the target is whole or untouched.
    pub fn save(&self, dict: &StateDict, path: impl AsRef<Path>) -> Result<()> {
        let (data, length) = text(path_text(path.as_ref())?);
        let options = self.raw();
        // SAFETY: handles, texts and options live for the call; so in all of this file.
        call(Access::Read, |error| unsafe {
            duramen_state_dict_save(dict.context().raw(), dict.raw(), data, length, &options, error)
        })
    }

    /// Saves any value in a `.pt`, or a tensor in an `.npy`.
    pub fn save_value(&self, context: &Context, value: &Value, path: impl AsRef<Path>) -> Result<()> {
        let (data, length) = text(path_text(path.as_ref())?);
        let value = value.to_raw()?;
        let options = self.raw();
        call(Access::Read, |error| unsafe {
            duramen_value_save(context.raw(), value.raw(), data, length, &options, error)
        })
    }

    /// A state dict as the bytes of a file.
    pub fn to_bytes(&self, dict: &StateDict) -> Result<Vec<u8>> {
        let options = self.raw();
        made_bytes(|out, error| unsafe {
            duramen_state_dict_to_bytes(dict.context().raw(), dict.raw(), &options, out, error)
        })
    }

    /// Any value as the bytes of a file.
    pub fn value_to_bytes(&self, context: &Context, value: &Value) -> Result<Vec<u8>> {
        let value = value.to_raw()?;
        let options = self.raw();
        made_bytes(|out, error| unsafe { duramen_value_to_bytes(context.raw(), value.raw(), &options, out, error) })
    }

    /// Hands the bytes of a state dict's file to a writer, in order. It must not call the library.
    pub fn write(&self, dict: &StateDict, writer: impl Write) -> Result<()> {
        let options = self.raw();
        written(writer, |user, error| unsafe {
            duramen_state_dict_write_callback(dict.context().raw(), dict.raw(), Some(write_next), user, &options, error)
        })
    }

    /// Writes a state dict's file to a descriptor, from where that is positioned: a file, a pipe, a socket.
    #[cfg(unix)]
    pub fn write_descriptor(&self, dict: &StateDict, file: &impl std::os::unix::io::AsRawFd) -> Result<()> {
        let options = self.raw();
        let descriptor = file.as_raw_fd();
        call(Access::Read, |error| unsafe {
            duramen_state_dict_write_descriptor(dict.context().raw(), dict.raw(), descriptor, &options, error)
        })
    }

    /// Writes a value's file to a descriptor.
    #[cfg(unix)]
    pub fn write_value_descriptor(
        &self,
        context: &Context,
        value: &Value,
        file: &impl std::os::unix::io::AsRawFd,
    ) -> Result<()> {
        let value = value.to_raw()?;
        let options = self.raw();
        let descriptor = file.as_raw_fd();
        call(Access::Read, |error| unsafe {
            duramen_value_write_descriptor(context.raw(), value.raw(), descriptor, &options, error)
        })
    }

    /// Hands the bytes of a value's file to a writer.
    pub fn write_value(&self, context: &Context, value: &Value, writer: impl Write) -> Result<()> {
        let value = value.to_raw()?;
        let options = self.raw();
        written(writer, |user, error| unsafe {
            duramen_value_write_callback(context.raw(), value.raw(), Some(write_next), user, &options, error)
        })
    }
}

impl StateDict {
    /// Saves it where the path's ending says how; [`Save`] has more.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        Save::new().save(self, path)
    }
}

/// Sets a text of a `.safetensors` file's metadata in place; None removes the key. Gives whether the whole
/// file had to be written.
pub fn set_metadata(context: &Context, path: impl AsRef<Path>, key: &str, value: Option<&str>) -> Result<bool> {
    let (data, length) = text(path_text(path.as_ref())?);
    let ((key, key_length), (value, value_length)) = (text(key), optional_text(value));
    let mut rewritten = 0;
    call(Access::Read, |error| unsafe {
        let raw = context.raw();
        let out = &mut rewritten;
        duramen_checkpoint_set_metadata(raw, data, length, key, key_length, value, value_length, out, error)
    })?;
    Ok(rewritten != 0)
}

/// Changes several texts of a `.safetensors` file's metadata, all or none; otherwise as [`set_metadata`].
pub fn edit_metadata(context: &Context, path: impl AsRef<Path>, texts: &[(&str, Option<&str>)]) -> Result<bool> {
    let (data, length) = text(path_text(path.as_ref())?);
    let value = |text: &Option<&str>| text.map_or(Value::None, Value::from);
    let changes = Value::dict(texts.iter().map(|(key, text)| (*key, value(text)))).to_raw()?;
    let mut rewritten = 0;
    call(Access::Read, |error| unsafe {
        duramen_checkpoint_edit_metadata(context.raw(), data, length, changes.raw(), &mut rewritten, error)
    })?;
    Ok(rewritten != 0)
}

fn made_bytes(body: impl FnOnce(*mut *mut duramen_value, *mut *mut duramen_error) -> i32) -> Result<Vec<u8>> {
    let mut out = null_mut();
    call(Access::Read, |error| body(&mut out, error))?;
    // SAFETY: on success there is one reference to a value of bytes.
    unsafe { Ok(Handle::adopt(out).map_or_else(Vec::new, |value| bytes_of(value.raw()).to_vec())) }
}

struct Target<'a> {
    writer: &'a mut dyn Write,
    failed: Option<std::io::Error>,
}

fn written(mut writer: impl Write, body: impl FnOnce(*mut c_void, *mut *mut duramen_error) -> i32) -> Result<()> {
    let mut target = Target { writer: &mut writer, failed: None };
    let user = &mut target as *mut Target<'_> as *mut c_void;
    let done = call(Access::Read, |error| body(user, error));
    done.map_err(|error| match target.failed.take() {
        Some(reason) => error.because(reason),
        None => error,
    })?;
    Ok(target.writer.flush()?)
}

unsafe extern "C" fn write_next(
    user: *mut c_void,
    data: *const c_void,
    nbytes: usize,
    error: *mut *mut duramen_error,
) -> i32 {
    let target = &mut *(user as *mut Target<'_>);
    callback(Inside::Closed, error, || {
        if nbytes == 0 {
            return Ok(());
        }
        let bytes = std::slice::from_raw_parts(data as *const u8, nbytes);
        target.writer.write_all(bytes).map_err(|reason| {
            let told = Error::new(reason.to_string());
            target.failed = Some(reason);
            told
        })
    })
}
