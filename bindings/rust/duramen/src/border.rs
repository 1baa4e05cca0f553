//! Every crossing into the library, and what keeps safe code safe there.
//!
//! Handles may share memory, so Rust's own borrows do not see who reads and who writes it. All of
//! them stay on one thread, so a few counters of the thread do: a crossing says what it does to
//! memory ([`Access`]), and is refused with `STATE` while that would go against a borrow of elements
//! ([`crate::Slice`]), a walk of a tree, or a callback that must not call back.
#![allow(clippy::declare_interior_mutable_const)] // of old: what thread_local! makes of `const`
use crate::error::{Code, Error, Result};
use duramen_sys::duramen_error;
use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;

/// What a call does to the memory and the trees that handles of this thread can reach.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reads elements, or makes something new.
    Read,
    /// Writes elements, or may.
    Write,
    /// Changes what a tree consists of, or where tensors have their elements.
    Edit,
}

#[derive(Clone, Copy, Default)]
struct State {
    readers: u32,
    writing: bool,
    walks: u32,
    closed: u32,
}

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State { readers: 0, writing: false, walks: 0, closed: 0 }) };
}

fn change<R>(body: impl FnOnce(&mut State) -> R) -> Option<R> {
    STATE
        .try_with(|cell| {
            let mut state = cell.get();
            let out = body(&mut state);
            cell.set(state);
            out
        })
        .ok()
}

fn refusal(state: State, access: Access) -> Option<&'static str> {
    if state.closed > 0 {
        return Some("the library must not be called from inside this callback");
    }
    if state.writing {
        return Some("a tensor's elements are borrowed for writing (drop the SliceMut first)");
    }
    if access != Access::Read && state.readers > 0 {
        return Some("a tensor's elements are borrowed (drop the Slice first, or copy with to_vec)");
    }
    if access == Access::Edit && state.walks > 0 {
        return Some("a tree must not be edited from inside a module's or function's callback");
    }
    None
}

pub(crate) fn enter(access: Access) -> Result<()> {
    let reason = match STATE.try_with(Cell::get) {
        Ok(state) => refusal(state, access),
        Err(_) => Some("the thread is ending"),
    };
    reason.map_or(Ok(()), |reason| Err(refused(reason)))
}

#[cold]
fn refused(reason: &str) -> Error {
    Error::local(Code::State, format!("call: {}", reason))
}

/// One call that can fail.
pub(crate) fn call(access: Access, body: impl FnOnce(*mut *mut duramen_error) -> i32) -> Result<()> {
    enter(access)?;
    let mut error = null_mut();
    let status = body(&mut error);
    if status == 0 {
        return Ok(());
    }
    // SAFETY: on failure the call hands over one reference, or NULL.
    Err(unsafe { Error::from_call(status, error) })
}

/// Counts a borrow of elements for reading.
pub(crate) fn begin_read() -> Result<()> {
    enter(Access::Read)?;
    change(|state| state.readers += 1);
    Ok(())
}

pub(crate) fn end_read() {
    change(|state| state.readers -= 1);
}

pub(crate) fn begin_write() -> Result<()> {
    enter(Access::Write)?;
    change(|state| state.writing = true);
    Ok(())
}

pub(crate) fn end_write() {
    change(|state| state.writing = false);
}

/// What a callback may do while it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Nothing: the library is in the middle of something.
    Closed,
    /// Everything but editing trees, of which one is being walked.
    Walk,
    /// Everything.
    Open,
}

struct Entered {
    inside: Inside,
    before: State,
}

impl Entered {
    fn new(inside: Inside) -> Self {
        let before = change(|state| {
            let before = *state;
            match inside {
                Inside::Closed => state.closed += 1,
                Inside::Walk => state.walks += 1,
                Inside::Open => {}
            }
            before
        });
        Entered { inside, before: before.unwrap_or_default() }
    }

    /// A borrow that a callback leaves behind would be seen by nobody.
    fn left_borrows(&self) -> bool {
        change(|state| state.readers != self.before.readers || state.writing != self.before.writing).unwrap_or(false)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        change(|state| match self.inside {
            Inside::Closed => state.closed -= 1,
            Inside::Walk => state.walks -= 1,
            Inside::Open => {}
        });
    }
}

/// The body of a callback that can fail: no panic and no borrow gets out.
pub(crate) fn callback(inside: Inside, error: *mut *mut duramen_error, body: impl FnOnce() -> Result<()>) -> i32 {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let entered = Entered::new(inside);
        let outcome = body();
        if entered.left_borrows() {
            return Err(refused("a callback kept a borrow of a tensor's elements"));
        }
        outcome
    }));
    let failure = match outcome {
        Ok(Ok(())) => return 0,
        Ok(Err(failure)) => failure,
        Err(payload) => Error::from_panic(payload),
    };
    // SAFETY: the library gives each callback a place for an error.
    unsafe { failure.hand_over(error) }
}

/// The body of a callback that cannot fail, such as one that destroys: a panic ends here.
pub(crate) fn quiet(body: impl FnOnce()) {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _entered = Entered::new(Inside::Closed);
        body();
    }));
    if let Err(payload) = outcome {
        std::mem::forget(payload); // its own destructor might panic again
    }
}
