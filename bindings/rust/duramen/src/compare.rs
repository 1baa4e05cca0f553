//! Two state dicts compared entry by entry, and a digest of one.
use crate::border::{call, Access};
use crate::dtype::DType;
use crate::error::Result;
use crate::handle::Handle;
use crate::listing::List;
use crate::state_dict::StateDict;
use crate::text::made_text;
use duramen_sys::*;
use std::ptr::null_mut;

/// The differences between two state dicts.
///
/// ```
/// use duramen::{Context, Module};
/// let context = Context::new()?;
/// let (a, b) = (Module::from_text(&context, "Linear(2, 1)")?, Module::from_text(&context, "Linear(2, 1)")?);
/// let diff = a.state_dict()?.diff(&b.state_dict()?)?;
/// assert_eq!(diff.iter().next().unwrap().name(), "weight");
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct Diff(Handle<duramen_diff>);

// SAFETY: diffs are immutable, hold texts and numbers only, and their counts are atomic.
unsafe impl Send for Diff {}
// SAFETY: as above.
unsafe impl Sync for Diff {}

/// One entry that differs.
#[derive(Clone, Copy)]
pub struct Difference<'a>(&'a duramen_difference);

impl Diff {
    /// Whether there is no difference.
    pub fn is_equal(&self) -> bool {
        self.iter().next().is_none()
    }

    /// How many entries are the same on both sides.
    pub fn equal_count(&self) -> usize {
        // SAFETY: the handle is a diff's; so below.
        unsafe { duramen_diff_equal_count(self.0.raw()) }
    }

    /// The entries that differ.
    pub fn iter(&self) -> impl Iterator<Item = Difference<'_>> + '_ {
        let (mut count, mut stride) = (0, 0);
        let first = unsafe { duramen_diff_entries(self.0.raw(), &mut count, &mut stride) } as *const u8;
        // SAFETY: the entries lie `stride` bytes apart, for as long as the diff lives.
        (0..count).map(move |index| unsafe { Difference(&*(first.add(index * stride) as *const duramen_difference)) })
    }

    /// The differences as JSON, on one line.
    pub fn to_json(&self) -> Result<String> {
        made_text(Access::Read, |out, error| unsafe { duramen_diff_json(self.0.raw(), out, error) })
    }
}

impl<'a> Difference<'a> {
    fn is(&self, what: u64) -> bool {
        self.0.what & what != 0
    }

    /// The name.
    pub fn name(&self) -> &'a str {
        // SAFETY: the name lives as long as the diff.
        unsafe { crate::text::lent(self.0.name, self.0.name_length as usize) }
    }

    /// Whether only the first dict has it.
    pub fn only_in_a(&self) -> bool {
        self.is(DURAMEN_DIFF_ONLY_A)
    }

    /// Whether only the second dict has it.
    pub fn only_in_b(&self) -> bool {
        self.is(DURAMEN_DIFF_ONLY_B)
    }

    /// Whether the shapes differ.
    pub fn in_shape(&self) -> bool {
        self.is(DURAMEN_DIFF_SHAPE)
    }

    /// Whether the dtypes differ.
    pub fn in_dtype(&self) -> bool {
        self.is(DURAMEN_DIFF_DTYPE)
    }

    /// Whether elements differ.
    pub fn in_elements(&self) -> bool {
        self.is(DURAMEN_DIFF_ELEMENTS)
    }

    /// Whether one side is no tensor, and they are not equal.
    pub fn in_value(&self) -> bool {
        self.is(DURAMEN_DIFF_VALUE)
    }

    /// How many elements differ.
    pub fn different(&self) -> u64 {
        self.0.different
    }

    /// At how many positions one side only is NaN.
    pub fn nan_in_one(&self) -> u64 {
        self.0.nan_in_one
    }

    /// The dtypes on both sides; None for what is no tensor, or not there.
    pub fn dtypes(&self) -> (Option<DType>, Option<DType>) {
        let dtype = |number| (number != DURAMEN_DTYPE_INVALID).then_some(DType(number));
        (dtype(self.0.a_dtype), dtype(self.0.b_dtype))
    }

    /// The shapes on both sides; empty for what is no tensor.
    pub fn shapes(&self) -> (&'a [i64], &'a [i64]) {
        // SAFETY: what the diff lends lives as long as it.
        unsafe { (sizes(self.0.a_shape, self.0.a_rank), sizes(self.0.b_shape, self.0.b_rank)) }
    }

    /// The largest |a - b|, where there is a position with a number on both sides.
    pub fn distance(&self) -> Option<f64> {
        (self.0.has_distance != 0).then_some(self.0.distance)
    }
}

/// # Safety
/// There are `rank` sizes at `data`, or NULL, for `'a`.
unsafe fn sizes<'a>(data: *const i64, rank: u32) -> &'a [i64] {
    if data.is_null() {
        return &[];
    }
    std::slice::from_raw_parts(data, rank as usize)
}

impl StateDict {
    /// Compares two dicts.
    pub fn diff(&self, other: &StateDict) -> Result<Diff> {
        self.diff_with(other, List::new())
    }

    /// The same of the entries that the options select.
    pub fn diff_with(&self, other: &StateDict, what: List<'_>) -> Result<Diff> {
        let options = what.raw();
        let mut out = null_mut();
        // SAFETY: handles and texts live for the call; on success there is one reference.
        call(Access::Read, |error| unsafe {
            duramen_state_dict_diff(self.context().raw(), self.raw(), other.raw(), &options, &mut out, error)
        })?;
        Ok(Diff(unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a diff")))
    }

    /// A digest of names, dtypes, shapes and elements: 32 hexadecimal digits.
    pub fn digest(&self) -> Result<String> {
        self.digest_with(List::new())
    }

    /// The same of the entries that the options select.
    pub fn digest_with(&self, what: List<'_>) -> Result<String> {
        let options = what.raw();
        made_text(Access::Read, |out, error| unsafe {
            duramen_state_dict_digest(self.context().raw(), self.raw(), &options, out, error)
        })
    }
}
