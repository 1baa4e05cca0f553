//! What went wrong: a code, one line of text, details under permanent keys, perhaps a cause.
use crate::handle::Handle;
use crate::load::LoadReport;
use crate::text::{shown, text};
use duramen_sys::*;
use std::any::Any;
use std::fmt;
use std::ptr::null_mut;

/// The outcome of every call that can fail.
pub type Result<T> = std::result::Result<T, Error>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:ident,)*) => {
        /// What the caller can do about a failure; the library's numbers are permanent.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
            /// A callback of the program panicked; the message is the panic's.
            Panic,
            /// A status of the program's own callbacks: -1000 or below.
            User(i32),
            /// A status of a later version of the library.
            Unknown(i32),
        }

        impl Code {
            /// The code of a status.
            pub fn from_status(status: i32) -> Code {
                match status {
                    $($number => Code::$name,)*
                    PANIC => Code::Panic,
                    _ if status <= USER => Code::User(status),
                    _ => Code::Unknown(status),
                }
            }

            /// The status in C.
            pub fn status(self) -> i32 {
                match self {
                    $(Code::$name => $number,)*
                    Code::Panic => PANIC,
                    Code::User(status) | Code::Unknown(status) => status,
                }
            }
        }
    };
}

const USER: i32 = -1000;
const PANIC: i32 = -1001;

codes! {
    /// The call itself is wrong: a malformed text, a value out of range.
    InvalidArgument = DURAMEN_E_INVALID_ARGUMENT,
    /// There is nothing of that name or index; the detail "nearest" may help.
    NotFound = DURAMEN_E_NOT_FOUND,
    /// The name is taken.
    AlreadyExists = DURAMEN_E_ALREADY_EXISTS,
    /// Shapes do not fit each other.
    ShapeMismatch = DURAMEN_E_SHAPE_MISMATCH,
    /// Element types do not fit each other or the operation.
    DtypeMismatch = DURAMEN_E_DTYPE_MISMATCH,
    /// The right call at the wrong moment.
    State = DURAMEN_E_STATE,
    /// Writing to read-only memory.
    ReadOnly = DURAMEN_E_READ_ONLY,
    /// Not offered: an unknown type or operator, with the detail "nearest".
    Unsupported = DURAMEN_E_UNSUPPORTED,
    /// A buffer is too small.
    BufferTooSmall = DURAMEN_E_BUFFER_TOO_SMALL,
    /// A limit of the options, or of the machine's numbers, was reached.
    Limit = DURAMEN_E_LIMIT,
    /// The operating system refused to open, read or write.
    Io = DURAMEN_E_IO,
    /// The file is damaged or hostile.
    Corrupt = DURAMEN_E_CORRUPT,
    /// A load that does not fit; [`Error::load_report`] tells why.
    Incompatible = DURAMEN_E_INCOMPATIBLE,
    /// [`crate::Canceller::cancel`] was called.
    Cancelled = DURAMEN_E_CANCELLED,
    /// Memory ran out.
    NoMemory = DURAMEN_E_NO_MEMORY,
    /// A handle of another type.
    BadHandle = DURAMEN_E_BAD_HANDLE,
    /// A mistake of the library.
    Internal = DURAMEN_E_INTERNAL,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Code::Panic = self {
            return f.write_str("PANIC");
        }
        // SAFETY: static storage, terminated.
        let name = unsafe { std::ffi::CStr::from_ptr(duramen_status_name(self.status())) };
        f.write_str(&name.to_string_lossy())
    }
}

/// An error: [`code`](Error::code), [`message`](Error::message), [`details`](Error::details) and
/// perhaps a cause. It can be moved to another thread and read there.
///
/// ```
/// let context = duramen::Context::new()?;
/// let error = duramen::Module::from_text(&context, "Liner(4, 3)").unwrap_err();
/// assert_eq!(error.code(), duramen::Code::Unsupported);
/// assert_eq!(error.nearest(), Some("Linear"));
/// # Ok::<(), duramen::Error>(())
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    code: Code,
    message: String,
    details: Vec<(String, String)>,
    object: Option<Handle<duramen_error>>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

// SAFETY: error objects are immutable and their counts atomic; the rest is Send and Sync by itself.
unsafe impl Send for Error {}
// SAFETY: as above.
unsafe impl Sync for Error {}

impl Error {
    /// An error of the program's own, for callbacks that fail: its code is `User(-1000)`.
    pub fn new(message: impl Into<String>) -> Error {
        Error::local(Code::User(USER), message.into())
    }

    /// The same with a status of the program's own, -1000 or below; others become -1000.
    pub fn with_status(status: i32, message: impl Into<String>) -> Error {
        let status = if status <= USER && status != PANIC { status } else { USER };
        Error::local(Code::User(status), message.into())
    }

    pub(crate) fn local(code: Code, message: String) -> Error {
        Error(Box::new(Inner { code, message, details: Vec::new(), object: None, source: None }))
    }

    /// # Safety
    /// `object` is NULL, or one reference that is given away.
    pub(crate) unsafe fn from_call(status: i32, object: *mut duramen_error) -> Error {
        let code = Code::from_status(status);
        let object = match Handle::adopt(object) {
            Some(object) => object,
            None => return Error::local(code, format!("the call failed with {}", code)),
        };
        let mut length = 0;
        let message = duramen_error_message(object.raw(), &mut length);
        let message = shown(message, length).into_owned();
        let detail = |index| {
            let (mut key_length, mut length) = (0, 0);
            let key = duramen_error_detail_key(object.raw(), index, &mut key_length);
            let value = duramen_error_detail_value(object.raw(), index, &mut length);
            (shown(key, key_length).into_owned(), shown(value, length).into_owned())
        };
        let details = (0..duramen_error_detail_count(object.raw())).map(detail).collect();
        let source = Handle::share(duramen_error_cause(object.raw())).map(|cause| {
            let status = duramen_error_status(cause.raw());
            Box::new(Error::from_call(status, cause.into_raw())) as Box<dyn std::error::Error + Send + Sync>
        });
        Error(Box::new(Inner { code, message, details, object: Some(object), source }))
    }

    pub(crate) fn from_panic(payload: Box<dyn Any + Send>) -> Error {
        let said = payload.downcast::<&str>().map(|text| text.to_string());
        let said = said.or_else(|payload| payload.downcast::<String>().map(|text| *text));
        let said = said.unwrap_or_else(|payload| {
            std::mem::forget(payload); // its destructor is the program's, and might panic again
            "without a message".to_string()
        });
        Error::local(Code::Panic, format!("panic: {}", said))
    }

    /// The same error with what was behind it, such as an `std::io::Error`.
    pub(crate) fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        self.0.source = Some(Box::new(source));
        self
    }

    /// What a callback returns for it, with the object in `out`.
    ///
    /// # Safety
    /// `out` is a callback's place for an error.
    pub(crate) unsafe fn hand_over(self, out: *mut *mut duramen_error) -> i32 {
        if let Some(object) = self.0.object {
            *out = object.into_raw();
            return self.0.code.status();
        }
        let status = self.0.code.status();
        let (message, length) = text(&self.0.message);
        let mut object = null_mut();
        // An object has a status of the program's own; beside one of the library's it becomes the cause.
        if duramen_error_create(status.min(USER), message, length, &mut object) == 0 {
            *out = object;
        }
        status
    }

    /// What the caller can do about it.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// One line: `operation: what is wrong (expected …, got …)`.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The detail under a key: "function", "path", "argument", "expected", "actual", "file", "entry",
    /// "offset", "column", "nearest", "torch_error", "torch_message", "saved", "errno". Bytes of a file that are not UTF-8 are
    /// shown as `\xff`.
    pub fn detail(&self, key: &str) -> Option<&str> {
        self.details().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// All details, in their order.
    pub fn details(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.0.details.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The C function that failed.
    pub fn function(&self) -> Option<&str> {
        self.detail("function")
    }

    /// The nearest name that there is, for a name that there is not.
    pub fn nearest(&self) -> Option<&str> {
        self.detail("nearest")
    }

    /// PyTorch's exception class, where it has one: "KeyError".
    pub fn torch_error(&self) -> Option<&str> {
        self.detail("torch_error")
    }

    /// What the system said of a file, as a number: `std::io::Error::from_raw_os_error` knows it.
    pub fn raw_os_error(&self) -> Option<i32> {
        let behind = || self.0.source.as_ref()?.downcast_ref::<std::io::Error>()?.raw_os_error();
        self.detail("errno").and_then(|number| number.parse().ok()).or_else(behind)
    }

    /// The error of the library that caused this one.
    pub fn cause(&self) -> Option<&Error> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// The report of a load that failed with [`Code::Incompatible`].
    pub fn load_report(&self) -> Option<LoadReport> {
        let object = self.0.object.as_ref()?;
        // SAFETY: the error lends its report; one more reference keeps it.
        unsafe { Handle::share(duramen_error_load_report(object.raw())).map(LoadReport::new) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details: Vec<_> = self.details().collect();
        f.debug_struct("Error")
            .field("code", &self.code())
            .field("message", &self.message())
            .field("details", &details)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

/// Of the kind that the system's number has; else `Other`.
impl From<Error> for std::io::Error {
    fn from(error: Error) -> std::io::Error {
        let number = error.raw_os_error().map(std::io::Error::from_raw_os_error);
        std::io::Error::new(number.map_or(std::io::ErrorKind::Other, |known| known.kind()), error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error::local(Code::Io, error.to_string()).because(error)
    }
}
