//! Opening checkpoints: `.pt`, `.safetensors`, `.npy`, `.npz`, `.gguf`, shards and folders.
use crate::border::{call, callback, quiet, Access, Inside};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::state_dict::StateDict;
use crate::text::{lent, lent_or_none, optional_text, text};
use crate::value::Value;
use duramen_sys::*;
use std::io::{Read, Seek, SeekFrom};
use std::mem::{size_of, zeroed};
use std::os::raw::c_void;
use std::path::Path;
use std::ptr::null_mut;

/// What a file may claim before it is refused with [`crate::Code::Limit`]; 0 is a safe default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of nested containers.
    pub max_depth: u32,
    /// Of entries.
    pub max_entries: u64,
    /// Of the index.
    pub max_header_bytes: u64,
    /// Of one tensor.
    pub max_tensor_bytes: u64,
    /// Of all tensors.
    pub max_total_bytes: u64,
}

impl Limits {
    fn raw(&self) -> duramen_limits {
        duramen_limits {
            struct_size: size_of::<duramen_limits>() as u32,
            max_depth: self.max_depth,
            max_entries: self.max_entries,
            max_header_bytes: self.max_header_bytes,
            max_tensor_bytes: self.max_tensor_bytes,
            max_total_bytes: self.max_total_bytes,
        }
    }
}

/// How to open.
///
/// ```
/// use duramen::{Context, Open};
/// let context = Context::new()?;
/// # let path = std::env::temp_dir().join(format!("duramen-doc-{}.safetensors", std::process::id()));
/// # let state = duramen::StateDict::new(&context)?;
/// # state.set("w", &context.ones(&[2, 3])?)?;
/// # state.save(&path)?;
/// let checkpoint = Open::new().verify().open(&context, &path)?;
/// assert_eq!(checkpoint.format(), "safetensors");
/// assert_eq!(checkpoint.state_dict()?.get("w")?.shape(), [2, 3]);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Open {
    flags: u64,
    limits: Option<Limits>,
}

/// A checkpoint that is open: its index, and a hold on its memory.
#[derive(Clone)]
pub struct Checkpoint {
    raw: Handle<duramen_checkpoint>,
    pub(super) context: Context,
}

pub(super) fn path_text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| Error::local(crate::Code::InvalidArgument, format!("{}: not UTF-8", path.display())))
}

/// What goes to C for the time of one call.
struct RawOpen {
    limits: duramen_limits,
    flags: u64,
}

impl RawOpen {
    fn options(&self) -> duramen_open_options {
        // SAFETY: zero is the default of every field.
        let mut options: duramen_open_options = unsafe { zeroed() };
        options.struct_size = size_of::<duramen_open_options>() as u32;
        options.flags = self.flags;
        options.limits = &self.limits;
        options
    }
}

impl Open {
    /// Reads the file into memory.
    pub fn new() -> Self {
        Open::default()
    }

    /// Checks the CRC-32 of every zip member.
    pub fn verify(mut self) -> Self {
        self.flags |= DURAMEN_OPEN_VERIFY;
        self
    }

    /// Blocks of GGUF's Q4_0 and Q8_0 become float32 tensors.
    pub fn dequantize(mut self) -> Self {
        self.flags |= DURAMEN_OPEN_DEQUANTIZE;
        self
    }

    /// What the file may claim.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    fn raw(&self, flags: u64) -> RawOpen {
        RawOpen { limits: self.limits.unwrap_or_default().raw(), flags: self.flags | flags }
    }

    fn opened(
        context: &Context,
        body: impl FnOnce(*mut *mut duramen_checkpoint, *mut *mut duramen_error) -> i32,
    ) -> Result<Checkpoint> {
        let mut out = null_mut();
        call(Access::Read, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference.
        let raw = unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a checkpoint");
        Ok(Checkpoint { raw, context: context.clone() })
    }

    fn open_path(&self, context: &Context, path: &Path, flags: u64) -> Result<Checkpoint> {
        let (data, length) = text(path_text(path)?);
        let raw = self.raw(flags);
        let options = raw.options();
        // SAFETY: handles, texts and options live for the call; so in all of this file.
        Open::opened(context, |out, error| unsafe {
            duramen_checkpoint_open(context.raw(), data, length, &options, out, error)
        })
    }

    /// Opens a file, an index with its shards, or a folder that is one checkpoint, and reads it into memory.
    pub fn open(&self, context: &Context, path: impl AsRef<Path>) -> Result<Checkpoint> {
        self.open_path(context, path.as_ref(), DURAMEN_OPEN_READ)
    }

    /// Opens a file and maps it: nothing is read before it is looked at, and tensors share the mapping.
    ///
    /// # Safety
    /// Nobody changes or truncates the file while the checkpoint, or a tensor that came from it, lives:
    /// its memory would change under a borrow, and what is gone ends the process when it is touched.
    pub unsafe fn open_mapped(&self, context: &Context, path: impl AsRef<Path>) -> Result<Checkpoint> {
        self.open_path(context, path.as_ref(), 0)
    }

    /// Opens a file that is in memory; the bytes are copied.
    pub fn open_bytes(&self, context: &Context, bytes: &[u8]) -> Result<Checkpoint> {
        let raw = self.raw(0);
        let options = raw.options();
        let data = bytes.as_ptr() as *const c_void;
        Open::opened(context, |out, error| unsafe {
            duramen_checkpoint_from_memory(context.raw(), data, bytes.len(), &options, out, error)
        })
    }

    /// Opens a file that is in memory, which moves into the checkpoint: nothing is copied where the layout
    /// allows, and the tensors are read-only.
    pub fn open_vec(&self, context: &Context, bytes: Vec<u8>) -> Result<Checkpoint> {
        let raw = self.raw(0);
        let options = raw.options();
        let (data, nbytes) = (bytes.as_ptr() as *const c_void, bytes.len());
        let user = Box::into_raw(Box::new(bytes));
        let opened = Open::opened(context, |out, error| unsafe {
            let (context, user) = (context.raw(), user as *mut c_void);
            duramen_checkpoint_view_memory(context, data, nbytes, user, Some(drop_bytes), &options, out, error)
        });
        if opened.is_err() {
            // On failure the memory stays ours.
            drop(unsafe { Box::from_raw(user) });
        }
        opened
    }

    /// Opens a file, a pipe or a socket by its descriptor, and reads it into memory; it stays the caller's.
    #[cfg(unix)]
    pub fn open_descriptor(&self, context: &Context, file: &impl std::os::unix::io::AsRawFd) -> Result<Checkpoint> {
        let raw = self.raw(DURAMEN_OPEN_READ);
        let options = raw.options();
        let descriptor = file.as_raw_fd();
        Open::opened(context, |out, error| unsafe {
            duramen_checkpoint_open_descriptor(context.raw(), descriptor, &options, out, error)
        })
    }

    /// Opens a file that a reader gives, from its first byte on; it is read into memory. The reader must
    /// not call the library.
    pub fn open_reader(&self, context: &Context, mut reader: impl Read + Seek) -> Result<Checkpoint> {
        let nbytes = reader.seek(SeekFrom::End(0))?;
        let mut source = Source { reader: &mut reader, place: nbytes, failed: None };
        let raw = self.raw(0);
        let options = raw.options();
        let user = &mut source as *mut Source<'_> as *mut c_void;
        let opened = Open::opened(context, |out, error| unsafe {
            let context = context.raw();
            duramen_checkpoint_open_callback(context, Some(read_at), user, nbytes, &options, out, error)
        });
        opened.map_err(|error| match source.failed.take() {
            Some(reason) => error.because(reason),
            None => error,
        })
    }
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

struct Source<'a> {
    reader: &'a mut dyn ReadSeek,
    place: u64,
    failed: Option<std::io::Error>,
}

impl Source<'_> {
    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        if self.place != offset {
            self.reader.seek(SeekFrom::Start(offset))?;
        }
        self.place = u64::MAX; // unknown if the reader fails
        self.reader.read_exact(out)?;
        self.place = offset + out.len() as u64;
        Ok(())
    }
}

unsafe extern "C" fn drop_bytes(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut Vec<u8>)));
}

unsafe extern "C" fn read_at(
    user: *mut c_void,
    offset: u64,
    buffer: *mut c_void,
    nbytes: usize,
    error: *mut *mut duramen_error,
) -> i32 {
    let source = &mut *(user as *mut Source<'_>);
    callback(Inside::Closed, error, || {
        if nbytes == 0 {
            return Ok(());
        }
        // A reader of the program's may look at what it is given to fill.
        std::ptr::write_bytes(buffer as *mut u8, 0, nbytes);
        let out = std::slice::from_raw_parts_mut(buffer as *mut u8, nbytes);
        source.read_at(offset, out).map_err(|reason| {
            let told = Error::new(reason.to_string());
            source.failed = Some(reason);
            told
        })
    })
}

impl Checkpoint {
    /// Opens a file and reads it into memory; [`Open`] has more.
    pub fn open(context: &Context, path: impl AsRef<Path>) -> Result<Checkpoint> {
        Open::new().open(context, path)
    }

    /// Opens a file that is in memory.
    pub fn from_bytes(context: &Context, bytes: &[u8]) -> Result<Checkpoint> {
        Open::new().open_bytes(context, bytes)
    }

    pub(super) fn raw(&self) -> *const duramen_checkpoint {
        self.raw.raw()
    }

    /// "safetensors", "torch", "npy", "npz", "gguf" or "dcp".
    pub fn format(&self) -> &str {
        let mut length = 0;
        // SAFETY: checkpoints are immutable; what they lend lives as long as they; so below.
        unsafe { lent(duramen_checkpoint_format(self.raw(), &mut length), length) }
    }

    /// What the file says of itself: "version", "byteorder", "protocol", "storage_alignment", "container",
    /// "alignment", "shards", "warnings", "files".
    pub fn property(&self, key: &str) -> Option<&str> {
        let (data, key_length) = text(key);
        let mut length = 0;
        unsafe { lent_or_none(duramen_checkpoint_property(self.raw(), data, key_length, &mut length), length) }
    }

    /// Everything that the file holds, as one value.
    pub fn content(&self) -> Value {
        unsafe { Value::from_raw(duramen_checkpoint_content(self.raw()), &self.context) }
    }

    /// The state dict of the file; its tensors share the file's memory.
    pub fn state_dict(&self) -> Result<StateDict> {
        self.state_dict_at(None)
    }

    /// The state dict at a dotted path, "model" in {"model": …, "epoch": 3}; None is the root.
    pub fn state_dict_at<'a>(&self, select: impl Into<Option<&'a str>>) -> Result<StateDict> {
        let (data, length) = optional_text(select.into());
        StateDict::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_checkpoint_state_dict(self.context.raw(), self.raw(), data, length, out, error)
        })
    }
}

impl std::fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Checkpoint({})", self.format())
    }
}
