//! What a module tree or a state dict holds, listed: one call, one immutable snapshot, read in place.
use crate::border::{call, Access};
use crate::context::Context;
use crate::dtype::DType;
use crate::error::Result;
use crate::handle::Handle;
use crate::module::Module;
use crate::tensor::Tensor;
use crate::text::{optional_text, text};
use crate::value::Value;
use duramen_sys::*;
use std::mem::{size_of, zeroed};
use std::ptr::null_mut;

/// What an entry is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A parameter.
    Parameter,
    /// A buffer.
    Buffer,
    /// A module of the tree.
    Module,
    /// A direct child.
    Child,
    /// A value in a state dict that a module's class put there.
    ExtraState,
    /// An entry of a state dict whose file does not tell.
    Unknown,
}

impl Kind {
    fn bit(self) -> u64 {
        match self {
            Kind::Parameter => DURAMEN_KIND_PARAMETER,
            Kind::Buffer => DURAMEN_KIND_BUFFER,
            Kind::Module => DURAMEN_KIND_MODULE,
            Kind::Child => DURAMEN_KIND_CHILD,
            Kind::ExtraState => DURAMEN_KIND_EXTRA_STATE,
            Kind::Unknown => DURAMEN_KIND_UNKNOWN,
        }
    }

    #[inline]
    fn from_bit(bit: u64) -> Kind {
        match bit {
            DURAMEN_KIND_PARAMETER => Kind::Parameter,
            DURAMEN_KIND_BUFFER => Kind::Buffer,
            DURAMEN_KIND_MODULE => Kind::Module,
            DURAMEN_KIND_CHILD => Kind::Child,
            DURAMEN_KIND_EXTRA_STATE => Kind::ExtraState,
            _ => Kind::Unknown,
        }
    }
}

/// What to list and under which names.
///
/// ```
/// use duramen::{Context, Kind, List, Module};
/// let context = Context::new()?;
/// let model = Module::from_text(&context, "Sequential(Linear(4, 3), BatchNorm1d(3))")?;
/// let biases = model.list(List::of(Kind::Parameter).include("**.bias"))?;
/// let names: Vec<_> = biases.iter().map(|entry| entry.name().to_string()).collect();
/// assert_eq!(names, ["0.bias", "1.bias"]);
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct List<'a> {
    kinds: u64,
    flags: u64,
    dtype: i32,
    prefix: Option<&'a str>,
    include: Option<&'a str>,
    exclude: Option<&'a str>,
}

impl<'a> List<'a> {
    /// Parameters and buffers; of a state dict, everything.
    pub fn new() -> Self {
        List::default()
    }

    /// Entries of one kind.
    pub fn of(kind: Kind) -> Self {
        List::new().and(kind)
    }

    /// Entries of this kind, too.
    pub fn and(mut self, kind: Kind) -> Self {
        self.kinds |= kind.bit();
        self
    }

    /// Put before every name, with a dot between.
    pub fn prefix(mut self, prefix: &'a str) -> Self {
        self.prefix = Some(prefix);
        self
    }

    /// Only names that these patterns match: "encoder.**", "**.bias|head.*".
    pub fn include(mut self, patterns: &'a str) -> Self {
        self.include = Some(patterns);
        self
    }

    /// Without the names that these patterns match.
    pub fn exclude(mut self, patterns: &'a str) -> Self {
        self.exclude = Some(patterns);
        self
    }

    /// Only tensors of a dtype.
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.dtype = dtype.0;
        self
    }

    fn flag(mut self, flag: u64) -> Self {
        self.flags |= flag;
        self
    }

    /// The module's own entries only.
    pub fn no_recurse(self) -> Self {
        self.flag(DURAMEN_LIST_NO_RECURSE)
    }

    /// An object that is met again is listed again.
    pub fn keep_duplicates(self) -> Self {
        self.flag(DURAMEN_LIST_KEEP_DUPLICATES)
    }

    /// Of the parameters, those that require grad.
    pub fn only_trainable(self) -> Self {
        self.flag(DURAMEN_LIST_ONLY_TRAINABLE)
    }

    /// Of the parameters, those that do not require grad.
    pub fn only_frozen(self) -> Self {
        self.flag(DURAMEN_LIST_ONLY_FROZEN)
    }

    /// Of the buffers, those that a state dict holds.
    pub fn only_persistent(self) -> Self {
        self.flag(DURAMEN_LIST_ONLY_PERSISTENT)
    }

    /// Also names that are registered as None.
    pub fn include_none(self) -> Self {
        self.flag(DURAMEN_LIST_INCLUDE_NONE)
    }

    /// Valid as long as the texts are.
    pub(crate) fn raw(&self) -> duramen_list_options {
        // SAFETY: zero is the default of every field.
        let mut raw: duramen_list_options = unsafe { zeroed() };
        raw.struct_size = size_of::<duramen_list_options>() as u32;
        raw.kinds = self.kinds;
        raw.flags = self.flags;
        raw.dtype = self.dtype;
        let ((prefix, prefix_length), (include, include_length)) =
            (optional_text(self.prefix), optional_text(self.include));
        let (exclude, exclude_length) = optional_text(self.exclude);
        raw.prefix = prefix;
        raw.prefix_length = prefix_length as u64;
        raw.include = include;
        raw.include_length = include_length as u64;
        raw.exclude = exclude;
        raw.exclude_length = exclude_length as u64;
        raw
    }
}

/// A listing: a snapshot that keeps what it lists alive. Iterating reads it in place, without a call for
/// an entry.
///
/// ```
/// let context = duramen::Context::new()?;
/// let model = duramen::Module::from_text(&context, "Linear(4, 3)")?;
/// for entry in &model.named_parameters()? {
///     println!("{} {:?}", entry.name(), entry.shape());
/// }
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Clone)]
pub struct Listing {
    raw: Handle<duramen_listing>,
    context: Context,
}

impl Listing {
    pub(crate) fn made(
        context: &Context,
        body: impl FnOnce(*mut *mut duramen_listing, *mut *mut duramen_error) -> i32,
    ) -> Result<Listing> {
        let mut out = null_mut();
        call(Access::Read, |error| body(&mut out, error))?;
        // SAFETY: on success there is one reference.
        let raw = unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a listing");
        Ok(Listing { raw, context: context.clone() })
    }

    /// The entries, in their order.
    pub fn iter(&self) -> Entries<'_> {
        let (mut left, mut stride) = (0, 0);
        // SAFETY: the handle is a listing's.
        let next = unsafe { duramen_listing_entries(self.raw.raw(), &mut left, &mut stride) };
        Entries { next: next as *const u8, left, stride, listing: self }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.iter().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first entry of a name.
    pub fn find(&self, name: &str) -> Option<Entry<'_>> {
        let (data, length) = text(name);
        // SAFETY: what is found lives as long as the listing, which is immutable.
        let raw = unsafe { duramen_listing_find(self.raw.raw(), data, length).as_ref() };
        raw.map(|raw| Entry { raw, listing: self })
    }

    /// The tensors of the entries, in their order.
    pub fn tensors(&self) -> Vec<Tensor> {
        self.iter().filter_map(|entry| entry.tensor()).collect()
    }
}

impl<'a> IntoIterator for &'a Listing {
    type Item = Entry<'a>;
    type IntoIter = Entries<'a>;
    fn into_iter(self) -> Entries<'a> {
        self.iter()
    }
}

/// Iterates over a listing.
#[derive(Clone)]
pub struct Entries<'a> {
    next: *const u8,
    left: usize,
    stride: usize,
    listing: &'a Listing,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'a>> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: `left` entries lie `stride` bytes apart, for as long as the listing lives.
        let raw = unsafe { &*(self.next as *const duramen_entry) };
        self.next = self.next.wrapping_add(self.stride);
        Some(Entry { raw, listing: self.listing })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Entries<'_> {}

/// One entry, lent by its listing.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    raw: &'a duramen_entry,
    listing: &'a Listing,
}

impl<'a> Entry<'a> {
    /// The full dotted name.
    #[inline]
    pub fn name(&self) -> &'a str {
        // SAFETY: the name lives as long as the listing. Names are UTF-8 (module.h): registrations and all
        // readers of files refuse others, half of a surrogate pair in a pickle too.
        let bytes = unsafe { std::slice::from_raw_parts(self.raw.name as *const u8, self.raw.name_length as usize) };
        debug_assert!(std::str::from_utf8(bytes).is_ok());
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }

    /// What it is.
    #[inline]
    pub fn kind(&self) -> Kind {
        Kind::from_bit(self.raw.kind)
    }

    /// The element type; None for what is not a tensor.
    pub fn dtype(&self) -> Option<DType> {
        (self.raw.dtype != DURAMEN_DTYPE_INVALID).then_some(DType(self.raw.dtype))
    }

    /// The size of each dimension, as it was.
    pub fn shape(&self) -> &'a [i64] {
        if self.raw.shape.is_null() {
            return &[];
        }
        // SAFETY: there are `rank` sizes, for as long as the listing lives.
        unsafe { std::slice::from_raw_parts(self.raw.shape, self.raw.rank as usize) }
    }

    /// The bytes of the elements.
    pub fn nbytes(&self) -> u64 {
        self.raw.nbytes
    }

    fn has(&self, flag: u64) -> bool {
        self.raw.flags & flag != 0
    }

    /// Whether a state dict holds it.
    pub fn is_persistent(&self) -> bool {
        self.has(DURAMEN_ENTRY_PERSISTENT)
    }

    /// Whether it requires grad.
    pub fn requires_grad(&self) -> bool {
        self.has(DURAMEN_ENTRY_REQUIRES_GRAD)
    }

    /// Whether it belongs to a lazy module and has no shape yet.
    pub fn is_uninitialized(&self) -> bool {
        self.has(DURAMEN_ENTRY_UNINITIALIZED)
    }

    /// The position of the first entry that is the same object.
    pub fn first_index(&self) -> usize {
        self.raw.first_index as usize
    }

    /// The position of the first entry on the same storage.
    pub fn first_storage_index(&self) -> usize {
        self.raw.first_storage_index as usize
    }

    /// The tensor itself.
    pub fn tensor(&self) -> Option<Tensor> {
        // SAFETY: the listing keeps it alive; so below.
        unsafe { Tensor::retained(self.raw.tensor, &self.listing.context) }
    }

    /// The module that owns the entry, or is it; None in a state dict.
    pub fn module(&self) -> Option<Module> {
        unsafe { Module::retained(self.raw.module, &self.listing.context) }
    }

    /// What is not a tensor.
    pub fn value(&self) -> Option<Value> {
        let raw = self.raw.value;
        (!raw.is_null()).then(|| unsafe { Value::from_raw(raw, &self.listing.context) })
    }
}

impl std::fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} {:?}", self.kind(), self.name(), self.shape())
    }
}

/// Whether one of the patterns, as in [`List::include`], matches a whole name.
pub fn pattern_matches(patterns: &str, name: &str) -> Result<bool> {
    let ((patterns, patterns_length), (name, name_length)) = (text(patterns), text(name));
    let mut out = 0;
    // SAFETY: the texts live for the call.
    call(Access::Read, |error| unsafe {
        duramen_pattern_match(patterns, patterns_length, name, name_length, &mut out, error)
    })?;
    Ok(out != 0)
}
