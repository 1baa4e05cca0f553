//! What a computation needs to know: threads, random generator, grad mode, sinks, cancel.
use crate::border::{call, callback, quiet, Access, Inside};
use crate::dtype::DType;
use crate::error::Result;
use crate::handle::Handle;
use crate::text::{lent, made_text};
use duramen_sys::*;
use std::mem::{size_of, zeroed};
use std::os::raw::{c_char, c_void};
use std::ptr::{null, null_mut};

/// Where computing happens: random generator, threads, grad mode, memory. Two contexts never see each
/// other. A clone is the same context.
///
/// Tensors, modules and whatever else computes remember their context, so it is named only where
/// something starts. All of them stay on the thread of their context; [`crate::SharedModule`] is what
/// several threads can use.
///
/// ```
/// let context = duramen::Context::builder().seed(7).threads(2).build()?;
/// let a = context.full(&[2, 2], 1.5)?;
/// assert_eq!((&a + &a)?.to_vec::<f32>()?, [3.0; 4]);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct Context(Handle<duramen_context>);

/// How bad a message of the log is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something failed.
    Error,
    /// What PyTorch warns of.
    Warning,
    /// What may be of interest.
    Info,
    /// Anything else.
    Debug,
}

impl Level {
    fn from_number(number: i32) -> Level {
        match number {
            DURAMEN_LOG_ERROR => Level::Error,
            DURAMEN_LOG_WARNING => Level::Warning,
            DURAMEN_LOG_INFO => Level::Info,
            _ => Level::Debug,
        }
    }
}

/// How far a long operation is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The operation.
    pub operation: &'a str,
    /// How much is done, in the operation's unit (bytes, entries).
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

type Log = Box<dyn FnMut(Level, &str) + Send>;
type OnProgress = Box<dyn FnMut(Progress<'_>) -> Result<()> + Send>;

/// How a context starts.
#[derive(Default)]
pub struct ContextBuilder {
    threads: u32,
    seed: u64,
    log: Option<Log>,
}

impl ContextBuilder {
    /// How many threads a computation may use, the calling one included; 1 unless said otherwise.
    pub fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self
    }

    /// The seed of the random generator, as `torch.manual_seed` takes it.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Where messages go, such as PyTorch's warnings. It must not call the library.
    pub fn log(mut self, log: impl FnMut(Level, &str) + Send + 'static) -> Self {
        self.log = Some(Box::new(log));
        self
    }

    /// Makes the context. `Unsupported` where the library that is loaded is older than this crate.
    pub fn build(self) -> Result<Context> {
        // SAFETY: two numbers.
        call(Access::Read, |error| unsafe { duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, error) })?;
        // SAFETY: zero is the default of every field.
        let mut options: duramen_context_options = unsafe { zeroed() };
        options.struct_size = size_of::<duramen_context_options>() as u32;
        options.num_threads = self.threads;
        options.seed = self.seed;
        let mut out = null_mut();
        // SAFETY: the options live for the call; on success there is one reference.
        call(Access::Read, |error| unsafe { duramen_context_create(&options, &mut out, error) })?;
        let context = unsafe { Context::adopt(out) };
        if let Some(log) = self.log {
            context.set_log_boxed(log)?;
        }
        Ok(context)
    }
}

impl Context {
    /// A context of one thread with seed 0.
    pub fn new() -> Result<Context> {
        ContextBuilder::default().build()
    }

    /// A context with options.
    pub fn builder() -> ContextBuilder {
        ContextBuilder::default()
    }

    /// # Safety
    /// `raw` is one reference to a context.
    pub(crate) unsafe fn adopt(raw: *mut duramen_context) -> Context {
        Context(Handle::adopt(raw).expect("a call that succeeds gives a context"))
    }

    /// # Safety
    /// `raw` is a context that lives, and is used on this thread.
    pub(crate) unsafe fn retained(raw: *mut duramen_context) -> Context {
        Context(Handle::share(raw).expect("a callback has a context"))
    }

    pub(crate) fn raw(&self) -> *mut duramen_context {
        self.0.raw()
    }

    /// How many threads a computation may use.
    pub fn threads(&self) -> u32 {
        // SAFETY: the handle is a context's; so below.
        unsafe { duramen_context_num_threads(self.raw()) }
    }

    /// Starts the generator again, as `torch.manual_seed` does.
    pub fn seed(&self, seed: u64) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_context_seed(self.raw(), seed, error) })
    }

    /// The seed that the generator started with.
    pub fn initial_seed(&self) -> u64 {
        unsafe { duramen_context_initial_seed(self.raw()) }
    }

    /// The generator's state, as `torch.get_rng_state()`.
    pub fn generator_state(&self) -> Result<Vec<u8>> {
        const STATE_BYTES: usize = 5056;
        let mut state = vec![0; STATE_BYTES];
        let mut nbytes = 0;
        call(Access::Read, |error| unsafe {
            duramen_context_generator_state(self.raw(), state.as_mut_ptr(), state.len(), &mut nbytes, error)
        })?;
        state.truncate(nbytes);
        Ok(state)
    }

    /// Continues from a state that this library or PyTorch gave.
    pub fn set_generator_state(&self, state: &[u8]) -> Result<()> {
        call(Access::Read, |error| unsafe {
            duramen_context_set_generator_state(self.raw(), state.as_ptr(), state.len(), error)
        })
    }

    /// Whether operations are recorded for backward.
    pub fn grad_enabled(&self) -> bool {
        unsafe { duramen_context_grad_enabled(self.raw()) != 0 }
    }

    /// Switches recording on or off.
    pub fn set_grad_enabled(&self, enabled: bool) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_context_set_grad_enabled(self.raw(), enabled.into(), error) })
    }

    /// Switches recording off until the guard is dropped, which puts back what was before.
    ///
    /// ```
    /// let context = duramen::Context::new()?;
    /// {
    ///     let _guard = context.no_grad()?;
    ///     assert!(!context.grad_enabled());
    /// }
    /// assert!(context.grad_enabled());
    /// # Ok::<(), duramen::Error>(())
    /// ```
    pub fn no_grad(&self) -> Result<GradGuard> {
        self.grad_guard(false)
    }

    /// Switches recording on until the guard is dropped.
    pub fn enable_grad(&self) -> Result<GradGuard> {
        self.grad_guard(true)
    }

    fn grad_guard(&self, enabled: bool) -> Result<GradGuard> {
        let before = self.grad_enabled();
        self.set_grad_enabled(enabled)?;
        Ok(GradGuard { context: self.clone(), before })
    }

    /// The dtype of modules and literals for which none is given.
    pub fn default_dtype(&self) -> DType {
        DType(unsafe { duramen_context_default_dtype(self.raw()) })
    }

    /// Sets it, as `torch.set_default_dtype` does.
    pub fn set_default_dtype(&self, dtype: DType) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_context_set_default_dtype(self.raw(), dtype.0, error) })
    }

    /// What can stop this context's calls from any thread.
    pub fn canceller(&self) -> Canceller {
        Canceller(self.0.clone())
    }

    /// Takes a request to cancel back.
    pub fn reset_cancel(&self) {
        unsafe { duramen_context_reset_cancel(self.raw()) };
    }

    /// Replaces where messages go. It must not call the library.
    pub fn set_log(&self, log: impl FnMut(Level, &str) + Send + 'static) -> Result<()> {
        self.set_log_boxed(Box::new(log))
    }

    fn set_log_boxed(&self, log: Log) -> Result<()> {
        let user = Box::into_raw(Box::new(log)) as *mut c_void;
        let sink = duramen_log_sink {
            struct_size: size_of::<duramen_log_sink>() as u32,
            reserved: 0,
            log: Some(run_log),
            user,
            destroy: Some(drop_log),
        };
        let set = call(Access::Read, |error| unsafe { duramen_context_set_log(self.raw(), &sink, error) });
        if set.is_err() {
            // SAFETY: on failure the box stays ours.
            drop(unsafe { Box::from_raw(user as *mut Log) });
        }
        set
    }

    /// Makes the context silent.
    pub fn clear_log(&self) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_context_set_log(self.raw(), null(), error) })
    }

    /// Hears how far long operations are; an error stops the operation and is its error. It must not
    /// call the library.
    pub fn set_progress(&self, progress: impl FnMut(Progress<'_>) -> Result<()> + Send + 'static) -> Result<()> {
        let user = Box::into_raw(Box::new(Box::new(progress) as OnProgress)) as *mut c_void;
        let sink = duramen_progress_sink {
            struct_size: size_of::<duramen_progress_sink>() as u32,
            reserved: 0,
            progress: Some(run_progress),
            user,
            destroy: Some(drop_progress),
        };
        let set = call(Access::Read, |error| unsafe { duramen_context_set_progress(self.raw(), &sink, error) });
        if set.is_err() {
            // SAFETY: on failure the box stays ours.
            drop(unsafe { Box::from_raw(user as *mut OnProgress) });
        }
        set
    }

    /// Nobody hears of progress any more.
    pub fn clear_progress(&self) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_context_set_progress(self.raw(), null(), error) })
    }

    /// What the memory of the context is used for.
    pub fn memory(&self) -> Result<Memory> {
        // SAFETY: plain numbers.
        let mut out: duramen_allocator_statistics = unsafe { zeroed() };
        out.struct_size = size_of::<duramen_allocator_statistics>() as u32;
        call(Access::Read, |error| unsafe { duramen_context_allocator_statistics(self.raw(), &mut out, error) })?;
        Ok(Memory {
            bytes_in_use: out.bytes_in_use,
            bytes_cached: out.bytes_cached,
            peak_bytes_in_use: out.peak_bytes_in_use,
            blocks_in_use: out.blocks_in_use,
        })
    }

    /// Gives memory that is kept for reuse back to the system.
    pub fn trim(&self) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_context_trim(self.raw(), error) })
    }

    /// One line about the BLAS that the process loaded.
    pub fn blas_info(&self) -> Result<String> {
        made_text(Access::Read, |out, error| unsafe { duramen_context_blas_info(self.raw(), out, error) })
    }
}

/// What the memory of a context is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Held by tensors.
    pub bytes_in_use: u64,
    /// Kept for reuse.
    pub bytes_cached: u64,
    /// The highest `bytes_in_use` so far.
    pub peak_bytes_in_use: u64,
    /// Blocks held by tensors.
    pub blocks_in_use: u64,
}

/// Puts the grad mode back when it is dropped.
#[must_use = "the grad mode is put back when the guard is dropped"]
pub struct GradGuard {
    context: Context,
    before: bool,
}

impl Drop for GradGuard {
    fn drop(&mut self) {
        // SAFETY: it fails for no context that lives.
        unsafe { duramen_context_set_grad_enabled(self.context.raw(), self.before.into(), null_mut()) };
    }
}

/// Stops a context's calls from any thread: the running one and all later ones fail with
/// [`crate::Code::Cancelled`] until [`Context::reset_cancel`].
///
/// ```
/// let context = duramen::Context::new()?;
/// let canceller = context.canceller();
/// std::thread::spawn(move || canceller.cancel()).join().unwrap();
/// let error = context.zeros(&[2]).unwrap_err();
/// assert_eq!(error.code(), duramen::Code::Cancelled);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct Canceller(Handle<duramen_context>);

// SAFETY: it calls only what any thread may call, and releases, which any thread may do; what the
// context holds of the program's is Send.
unsafe impl Send for Canceller {}
// SAFETY: as above.
unsafe impl Sync for Canceller {}

impl Canceller {
    /// Asks the context's calls to fail.
    pub fn cancel(&self) {
        // SAFETY: the handle is a context's.
        unsafe { duramen_context_cancel(self.0.raw()) };
    }

    /// Whether that was asked and not taken back.
    pub fn is_cancelled(&self) -> bool {
        // SAFETY: as above.
        unsafe { duramen_context_is_cancelled(self.0.raw()) != 0 }
    }
}

unsafe extern "C" fn run_log(user: *mut c_void, level: i32, message: *const c_char, length: usize) {
    let log = &mut *(user as *mut Log);
    quiet(|| log(Level::from_number(level), lent(message, length)));
}

unsafe extern "C" fn drop_log(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut Log)));
}

unsafe extern "C" fn run_progress(
    user: *mut c_void,
    operation: *const c_char,
    operation_length: usize,
    done: u64,
    total: u64,
    error: *mut *mut duramen_error,
) -> i32 {
    let progress = &mut *(user as *mut OnProgress);
    callback(Inside::Closed, error, || progress(Progress { operation: lent(operation, operation_length), done, total }))
}

unsafe extern "C" fn drop_progress(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut OnProgress)));
}
