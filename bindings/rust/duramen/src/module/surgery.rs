//! Operations on a tree as a whole: values of one tree into another, freezing by name, ties, all
//! parameters as one vector.
use super::Module;
use crate::border::{call, Access};
use crate::error::Result;
use crate::tensor::Tensor;
use crate::text::{optional_text, text};
use duramen_sys::*;
use std::mem::{size_of, zeroed};

/// What becomes of the buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buffers {
    /// The source's values.
    Copy,
    /// Interpolated like the parameters.
    Lerp,
    /// Neither changed nor compared.
    Skip,
}

/// Which values go from one tree into another.
#[derive(Clone, Debug)]
pub struct Blend<'a> {
    buffers: Buffers,
    include: Option<&'a str>,
    exclude: Option<&'a str>,
}

impl Default for Blend<'_> {
    fn default() -> Self {
        Blend { buffers: Buffers::Copy, include: None, exclude: None }
    }
}

impl<'a> Blend<'a> {
    /// All of them.
    pub fn new() -> Self {
        Blend::default()
    }

    /// What becomes of the buffers.
    pub fn buffers(mut self, buffers: Buffers) -> Self {
        self.buffers = buffers;
        self
    }

    /// Only names that these patterns match.
    pub fn include(mut self, patterns: &'a str) -> Self {
        self.include = Some(patterns);
        self
    }

    /// Without the names that these patterns match.
    pub fn exclude(mut self, patterns: &'a str) -> Self {
        self.exclude = Some(patterns);
        self
    }

    fn raw(&self) -> duramen_blend_options {
        // SAFETY: zero is the default of every field.
        let mut raw: duramen_blend_options = unsafe { zeroed() };
        raw.struct_size = size_of::<duramen_blend_options>() as u32;
        raw.buffers = match self.buffers {
            Buffers::Copy => DURAMEN_BUFFERS_COPY,
            Buffers::Lerp => DURAMEN_BUFFERS_LERP,
            Buffers::Skip => DURAMEN_BUFFERS_SKIP,
        };
        let (include, include_length) = optional_text(self.include);
        let (exclude, exclude_length) = optional_text(self.exclude);
        raw.include = include;
        raw.include_length = include_length as u64;
        raw.exclude = exclude;
        raw.exclude_length = exclude_length as u64;
        raw
    }
}

/// Values, ties, freezing.
impl Module {
    /// Copies the values of all parameters and buffers of another tree into those of the same names.
    pub fn copy_from(&self, source: &Module, which: Blend<'_>) -> Result<()> {
        let options = which.raw();
        // SAFETY: handles and texts live for the call; so in all of this file.
        call(Access::Write, |error| unsafe {
            duramen_module_copy_from(self.context.raw(), self.raw(), source.raw(), &options, error)
        })
    }

    /// Moves the parameters towards those of another tree, as `torch.lerp`.
    pub fn lerp(&self, source: &Module, weight: f64, which: Blend<'_>) -> Result<()> {
        let options = which.raw();
        call(Access::Write, |error| unsafe {
            duramen_module_lerp(self.context.raw(), self.raw(), source.raw(), weight, &options, error)
        })
    }

    /// Clears requires_grad of the parameters whose names match; gives how many they are.
    pub fn freeze(&self, include: &str, exclude: &str) -> Result<usize> {
        let ((include, include_length), (exclude, exclude_length)) = (text(include), text(exclude));
        let mut count = 0;
        call(Access::Read, |error| unsafe {
            let raw = self.raw();
            duramen_module_freeze(raw, include, include_length, exclude, exclude_length, &mut count, error)
        })?;
        Ok(count)
    }

    /// Sets requires_grad of the parameters whose names match; gives how many they are.
    pub fn unfreeze(&self, include: &str, exclude: &str) -> Result<usize> {
        let ((include, include_length), (exclude, exclude_length)) = (text(include), text(exclude));
        let mut count = 0;
        call(Access::Read, |error| unsafe {
            let raw = self.raw();
            duramen_module_unfreeze(raw, include, include_length, exclude, exclude_length, &mut count, error)
        })?;
        Ok(count)
    }

    /// Makes the entry at `path` the same object as the one at `source`.
    pub fn tie(&self, path: &str, source: &str) -> Result<()> {
        let ((path, path_length), (source, source_length)) = (text(path), text(source));
        call(Access::Edit, |error| unsafe {
            duramen_module_tie(self.raw(), path, path_length, source, source_length, error)
        })
    }

    /// Gives the entry at `path` an object of its own; false where nothing was shared.
    pub fn untie(&self, path: &str) -> Result<bool> {
        let (path, path_length) = text(path);
        let mut changed = 0;
        call(Access::Edit, |error| unsafe {
            duramen_module_untie(self.context.raw(), self.raw(), path, path_length, &mut changed, error)
        })?;
        Ok(changed != 0)
    }
}

/// All parameters as one vector.
impl Module {
    /// Their values in one vector, as `parameters_to_vector`: a view where they lie so already.
    pub fn flatten_parameters(&self) -> Result<Tensor> {
        self.flatten_with(0)
    }

    /// Their gradients in one vector.
    pub fn flatten_gradients(&self) -> Result<Tensor> {
        self.flatten_with(DURAMEN_FLAT_GRADIENTS)
    }

    fn flatten_with(&self, flags: u64) -> Result<Tensor> {
        Tensor::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_module_flatten(self.context.raw(), self.raw(), flags, out, error)
        })
    }

    /// The way back, as `vector_to_parameters`.
    pub fn unflatten_parameters(&self, vector: &Tensor) -> Result<()> {
        self.unflatten_with(vector, 0)
    }

    /// The way back to the gradients.
    pub fn unflatten_gradients(&self, vector: &Tensor) -> Result<()> {
        self.unflatten_with(vector, DURAMEN_FLAT_GRADIENTS)
    }

    fn unflatten_with(&self, vector: &Tensor, flags: u64) -> Result<()> {
        call(Access::Write, |error| unsafe {
            duramen_module_unflatten(self.context.raw(), self.raw(), vector.raw(), flags, error)
        })
    }

    /// Moves the parameters into one block of memory, and gives it as a vector.
    pub fn pack_parameters(&self) -> Result<Tensor> {
        Tensor::made(&self.context, Access::Edit, |out, error| unsafe {
            duramen_module_pack(self.context.raw(), self.raw(), 0, out, error)
        })
    }
}
