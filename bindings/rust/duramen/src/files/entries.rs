//! What a file holds, without its tensors: names, shapes and places, and single tensors.
use super::checkpoint::Checkpoint;
use crate::border::{call, Access};
use crate::dtype::DType;
use crate::error::Result;
use crate::tensor::Tensor;
use crate::text::{lent, lent_or_none, made_texts, text};
use crate::value::Value;
use duramen_sys::*;
use std::ptr::null;

/// Looking into a file without making its tensors.
impl Checkpoint {
    /// What the file holds, in its own order: names, shapes and places. Of a `.safetensors` file no tensor is
    /// made, and iterating needs no call for an entry.
    pub fn entries(&self) -> Result<FileEntries<'_>> {
        let (mut next, mut left, mut stride) = (null(), 0, 0);
        // SAFETY: handles and texts live for the call, and what is lent as long as the checkpoint; so below.
        call(Access::Read, |error| unsafe {
            duramen_checkpoint_entries(self.raw(), &mut next, &mut left, &mut stride, error)
        })?;
        Ok(FileEntries { next: next as *const u8, left, stride, checkpoint: self })
    }

    /// The tensor of a name; of a `.safetensors` file no other is made. Slices of it are views.
    pub fn tensor(&self, name: &str) -> Result<Tensor> {
        let (data, length) = text(name);
        Tensor::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_checkpoint_tensor(self.context.raw(), self.raw(), data, length, out, error)
        })
    }

    /// The metadata text under a key.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        let (data, key_length) = text(key);
        let mut length = 0;
        unsafe { lent_or_none(duramen_checkpoint_metadata(self.raw(), data, key_length, &mut length), length) }
    }

    /// The metadata keys, in order.
    pub fn metadata_keys(&self) -> Result<Vec<String>> {
        made_texts(|out, error| unsafe { duramen_checkpoint_metadata_keys(self.raw(), out, error) })
    }
}

/// Iterates over what a file holds.
#[derive(Clone)]
pub struct FileEntries<'a> {
    next: *const u8,
    left: usize,
    stride: usize,
    checkpoint: &'a Checkpoint,
}

impl<'a> Iterator for FileEntries<'a> {
    type Item = FileEntry<'a>;

    fn next(&mut self) -> Option<FileEntry<'a>> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: `left` entries lie `stride` bytes apart, for as long as the checkpoint lives.
        let raw = unsafe { &*(self.next as *const duramen_file_entry) };
        self.next = self.next.wrapping_add(self.stride);
        Some(FileEntry { raw, checkpoint: self.checkpoint })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for FileEntries<'_> {}

/// What a file holds under one name, lent by its checkpoint.
#[derive(Clone, Copy)]
pub struct FileEntry<'a> {
    raw: &'a duramen_file_entry,
    checkpoint: &'a Checkpoint,
}

impl<'a> FileEntry<'a> {
    /// The name that it has in the state dict.
    pub fn name(&self) -> &'a str {
        unsafe { lent(self.raw.name, self.raw.name_length as usize) }
    }

    /// The element type; None for what is not a tensor.
    pub fn dtype(&self) -> Option<DType> {
        (self.raw.dtype != DURAMEN_DTYPE_INVALID).then_some(DType(self.raw.dtype))
    }

    fn sizes(&self, data: *const i64) -> Option<&'a [i64]> {
        // SAFETY: there are `rank` sizes, or NULL, for as long as the checkpoint lives.
        (!data.is_null()).then(|| unsafe { std::slice::from_raw_parts(data, self.raw.rank as usize) })
    }

    /// The size of each dimension.
    pub fn shape(&self) -> &'a [i64] {
        self.sizes(self.raw.shape).unwrap_or(&[])
    }

    /// The strides, in elements; None where the elements lie side by side.
    pub fn strides(&self) -> Option<&'a [i64]> {
        self.sizes(self.raw.strides)
    }

    /// The bytes of the elements.
    pub fn nbytes(&self) -> u64 {
        self.raw.nbytes
    }

    /// Where the elements lie in the file, as they are; None where they do not, or where it is not known.
    pub fn offset(&self) -> Option<u64> {
        (self.raw.offset != u64::MAX).then_some(self.raw.offset)
    }

    /// The position of the first entry on the same storage.
    pub fn first_storage_index(&self) -> usize {
        self.raw.first_storage_index as usize
    }

    /// What is not a tensor.
    pub fn value(&self) -> Option<Value> {
        let raw = self.raw.value;
        (!raw.is_null()).then(|| unsafe { Value::from_raw(raw, &self.checkpoint.context) })
    }
}

impl std::fmt::Debug for FileEntry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {:?}", self.name(), self.dtype(), self.shape())
    }
}
