//! Loading a state dict into a module, and the report of what fits and what does not.
use crate::border::{call, Access};
use crate::dtype::DType;
use crate::error::Result;
use crate::handle::Handle;
use crate::module::Module;
use crate::rename::RenameRules;
use crate::state_dict::StateDict;
use crate::text::{lent, made_text, text};
use duramen_sys::*;
use std::fmt;
use std::mem::{size_of, zeroed};
use std::os::raw::c_char;
use std::ptr::{null, null_mut};

/// How to load; what it starts with is strict.
///
/// ```
/// use duramen::{Context, Load, Module};
/// let context = Context::new()?;
/// let model = Module::from_text(&context, "Linear(2, 1)")?;
/// let state = model.state_dict()?;
/// state.remove("bias")?;
/// let error = model.load_state_dict(&state).unwrap_err();
/// assert_eq!(error.load_report().unwrap().items().next().unwrap().name, "bias");
/// let report = model.load_state_dict_with(&state, Load::new().allow_missing())?;
/// assert_eq!(report.loaded(), 1);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Load<'a> {
    policy: u64,
    rename: Option<&'a RenameRules>,
    policies: &'a [(&'a str, Policy)],
}

/// What a load lets pass; what it starts with is strict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy(u64);

macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident = $bit:ident;)*) => {
        impl Policy {
            $($(#[$doc])* pub fn $name(self) -> Self {
                Policy(self.0 | $bit)
            })*
        }
        impl Load<'_> {
            $($(#[$doc])* pub fn $name(mut self) -> Self {
                self.policy |= $bit;
                self
            })*
        }
    };
}

policies! {
    /// Names of the module that the dict lacks.
    allow_missing = DURAMEN_LOAD_ALLOW_MISSING;
    /// Names of the dict that the module lacks.
    allow_unexpected = DURAMEN_LOAD_ALLOW_UNEXPECTED;
    /// Leaves entries of another shape alone instead of failing.
    skip_mismatched = DURAMEN_LOAD_SKIP_MISMATCHED;
    /// Refuses to convert between dtypes.
    require_dtype = DURAMEN_LOAD_REQUIRE_DTYPE;
    /// Of an entry of another shape, copies the corner that both have.
    slice_mismatched = DURAMEN_LOAD_SLICE_MISMATCHED;
}

impl Policy {
    /// Strict.
    pub fn new() -> Self {
        Policy::default()
    }
}

impl<'a> Load<'a> {
    /// Strict.
    pub fn new() -> Self {
        Load::default()
    }

    /// As `strict=False`: missing and unexpected names pass.
    pub fn not_strict(self) -> Self {
        self.allow_missing().allow_unexpected()
    }

    fn with(mut self, bit: u64) -> Self {
        self.policy |= bit;
        self
    }

    /// Puts the dict's tensors in the module's places instead of copying, as `assign=True`.
    pub fn assign(self) -> Self {
        self.with(DURAMEN_LOAD_ASSIGN)
    }

    /// PyTorch's way: what fits is loaded even when the call fails.
    pub fn partial(self) -> Self {
        self.with(DURAMEN_LOAD_PARTIAL)
    }

    /// Containers that stand for unknown classes take entries of their own.
    pub fn adopt(self) -> Self {
        self.with(DURAMEN_LOAD_ADOPT)
    }

    /// A name may be missing when the dict has another name of the same entry.
    pub fn allow_tied(self) -> Self {
        self.with(DURAMEN_LOAD_ALLOW_TIED)
    }

    /// Renames the dict's entries on the way in.
    pub fn rename(mut self, rules: &'a RenameRules) -> Self {
        self.rename = Some(rules);
        self
    }

    /// Policies by name, in place of the load's own: the first whose pattern matches counts.
    pub fn policies(mut self, policies: &'a [(&'a str, Policy)]) -> Self {
        self.policies = policies;
        self
    }

    fn raw_policies(&self) -> Vec<duramen_load_policy> {
        let raw = |(pattern, policy): &(&str, Policy)| {
            let (pattern, pattern_length) = text(pattern);
            duramen_load_policy {
                struct_size: size_of::<duramen_load_policy>() as u32,
                reserved: 0,
                pattern,
                pattern_length: pattern_length as u64,
                policy: policy.0,
            }
        };
        self.policies.iter().map(raw).collect()
    }

    fn raw(&self, policies: &[duramen_load_policy]) -> duramen_load_options {
        // SAFETY: zero is the default of every field.
        let mut raw: duramen_load_options = unsafe { zeroed() };
        raw.struct_size = size_of::<duramen_load_options>() as u32;
        raw.policy = self.policy;
        raw.rename = self.rename.map_or(null(), |rules| rules.raw() as *const _);
        raw.policies = policies.as_ptr();
        raw.policy_count = policies.len() as u64;
        raw
    }
}

impl Module {
    /// Loads a dict: all or nothing, strictly.
    pub fn load_state_dict(&self, dict: &StateDict) -> Result<LoadReport> {
        self.load_state_dict_with(dict, Load::new())
    }

    /// The same with options.
    pub fn load_state_dict_with(&self, dict: &StateDict, how: Load<'_>) -> Result<LoadReport> {
        let policies = how.raw_policies();
        let options = how.raw(&policies);
        let mut out = null_mut();
        // SAFETY: handles and texts live for the call; on success there is one reference; so below.
        call(Access::Edit, |error| unsafe {
            duramen_module_load_state_dict(self.context().raw(), self.raw(), dict.raw(), &options, &mut out, error)
        })?;
        Ok(LoadReport::new(unsafe { Handle::adopt(out) }.expect("a load gives a report")))
    }

    /// What a load would do; it changes nothing.
    pub fn match_state_dict(&self, dict: &StateDict, how: Load<'_>) -> Result<LoadReport> {
        let policies = how.raw_policies();
        let options = how.raw(&policies);
        LoadReport::made(|out, error| unsafe { duramen_module_match(self.raw(), dict.raw(), &options, out, error) })
    }
}

/// What an item of a report is about.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// In the module, not in the dict.
    Missing,
    /// In the dict, not in the module.
    Unexpected,
    /// Of another shape.
    ShapeMismatch,
    /// Of another dtype: converted, unless that is refused.
    DtypeMismatch,
    /// Not a tensor.
    NotATensor,
    /// Missing, and filled by a rule of the class.
    Defaulted,
    /// Could not be copied.
    Failed,
    /// Taken by a container that stands for an unknown class.
    Adopted,
    /// One more name of an entry.
    Tied,
    /// Below a child that is None.
    Ignored,
    /// Renamed by a rule.
    Renamed,
    /// Of another shape, copied in part.
    Sliced,
    /// Of a later version of the library.
    Unknown,
}

impl ItemKind {
    fn from_number(number: i32) -> ItemKind {
        match number {
            DURAMEN_LOAD_ITEM_MISSING => ItemKind::Missing,
            DURAMEN_LOAD_ITEM_UNEXPECTED => ItemKind::Unexpected,
            DURAMEN_LOAD_ITEM_SHAPE_MISMATCH => ItemKind::ShapeMismatch,
            DURAMEN_LOAD_ITEM_DTYPE_MISMATCH => ItemKind::DtypeMismatch,
            DURAMEN_LOAD_ITEM_NOT_A_TENSOR => ItemKind::NotATensor,
            DURAMEN_LOAD_ITEM_DEFAULTED => ItemKind::Defaulted,
            DURAMEN_LOAD_ITEM_FAILED => ItemKind::Failed,
            DURAMEN_LOAD_ITEM_ADOPTED => ItemKind::Adopted,
            DURAMEN_LOAD_ITEM_TIED => ItemKind::Tied,
            DURAMEN_LOAD_ITEM_IGNORED => ItemKind::Ignored,
            DURAMEN_LOAD_ITEM_RENAMED => ItemKind::Renamed,
            DURAMEN_LOAD_ITEM_SLICED => ItemKind::Sliced,
            _ => ItemKind::Unknown,
        }
    }
}

/// One item of a report, lent by it.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// What it is about.
    pub kind: ItemKind,
    /// The full name, in the module's words.
    pub name: &'a str,
    /// What PyTorch says about it; "" where it says nothing.
    pub text: &'a str,
    /// The likeliest counterpart of a missing or unexpected name; "" when there is none.
    pub nearest: &'a str,
    /// The name that the dict has for a renamed item; else "".
    pub origin: &'a str,
    /// The rule that renamed it; else "".
    pub rule: &'a str,
    /// Whether it keeps the load from succeeding.
    pub is_error: bool,
    /// The shape of the module's tensor, for mismatches.
    pub expected_shape: &'a [i64],
    /// The shape of the dict's tensor, for mismatches.
    pub actual_shape: &'a [i64],
    /// The dtype of the module's tensor.
    pub expected_dtype: DType,
    /// The dtype of the dict's tensor.
    pub actual_dtype: DType,
}

/// What a load did, would do, or could not do.
#[derive(Clone)]
pub struct LoadReport(Handle<duramen_load_report>);

// SAFETY: reports are immutable, hold texts and numbers only, and their counts are atomic.
unsafe impl Send for LoadReport {}
// SAFETY: as above.
unsafe impl Sync for LoadReport {}

impl LoadReport {
    pub(crate) fn new(raw: Handle<duramen_load_report>) -> LoadReport {
        LoadReport(raw)
    }

    pub(crate) fn made(
        body: impl FnOnce(*mut *mut duramen_load_report, *mut *mut duramen_error) -> i32,
    ) -> Result<LoadReport> {
        let mut out = null_mut();
        call(Access::Read, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference.
        Ok(LoadReport(unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a report")))
    }

    fn raw(&self) -> *const duramen_load_report {
        self.0.raw()
    }

    fn text_of(
        &self,
        ask: unsafe extern "C" fn(*const duramen_load_report, usize, *mut usize) -> *const c_char,
        index: usize,
    ) -> &str {
        let mut length = 0;
        // SAFETY: what the report lends lives as long as it; so below.
        unsafe { lent(ask(self.raw(), index, &mut length), length) }
    }

    fn shape_of(
        &self,
        ask: unsafe extern "C" fn(*const duramen_load_report, usize, *mut usize) -> *const i64,
        index: usize,
    ) -> &[i64] {
        let mut rank = 0;
        unsafe {
            let data = ask(self.raw(), index, &mut rank);
            if data.is_null() {
                return &[];
            }
            std::slice::from_raw_parts(data, rank)
        }
    }

    /// How many entries fit.
    pub fn loaded(&self) -> usize {
        unsafe { duramen_load_report_loaded(self.raw()) }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        unsafe { duramen_load_report_count(self.raw(), 0) }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items, in their order.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> + '_ {
        (0..self.len()).map(move |index| self.item(index))
    }

    fn item(&self, index: usize) -> Item<'_> {
        let raw = self.raw();
        let (kind, is_error, expected, actual) = unsafe {
            (
                duramen_load_report_kind(raw, index),
                duramen_load_report_is_error(raw, index),
                duramen_load_report_expected_dtype(raw, index),
                duramen_load_report_actual_dtype(raw, index),
            )
        };
        Item {
            kind: ItemKind::from_number(kind),
            name: self.text_of(duramen_load_report_name, index),
            text: self.text_of(duramen_load_report_text, index),
            nearest: self.text_of(duramen_load_report_nearest, index),
            origin: self.text_of(duramen_load_report_origin, index),
            rule: self.text_of(duramen_load_report_rule, index),
            is_error: is_error != 0,
            expected_shape: self.shape_of(duramen_load_report_expected_shape, index),
            actual_shape: self.shape_of(duramen_load_report_actual_shape, index),
            expected_dtype: DType(expected),
            actual_dtype: DType(actual),
        }
    }

    /// The names of one kind.
    pub fn names(&self, kind: ItemKind) -> Vec<&str> {
        self.items().filter(|item| item.kind == kind).map(|item| item.name).collect()
    }

    /// The one rename rule after which most of the missing names would fit, and how many more do.
    pub fn suggestion(&self) -> Option<(&str, usize)> {
        let mut length = 0;
        let rule = unsafe { lent(duramen_load_report_suggestion(self.raw(), &mut length), length) };
        let count = unsafe { duramen_load_report_suggestion_count(self.raw()) };
        (!rule.is_empty()).then_some((rule, count))
    }

    /// The whole report for a reader, with at most so many names of each kind.
    pub fn describe(&self, most: usize) -> Result<String> {
        made_text(Access::Read, |out, error| unsafe { duramen_load_report_describe(self.raw(), most, out, error) })
    }

    /// PyTorch's message for the whole load.
    pub fn torch_message(&self, strict: bool) -> Result<String> {
        made_text(Access::Read, |out, error| unsafe {
            duramen_load_report_torch_message(self.raw(), strict.into(), out, error)
        })
    }
}

impl fmt::Debug for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.items()).finish()
    }
}
