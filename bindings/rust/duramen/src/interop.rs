//! Arrays of `ndarray` (feature `ndarray`).
use crate::context::Context;
use crate::dtype::{Element, Plain};
use crate::error::{Code, Error, Result};
use crate::tensor::{Slice, Tensor};
use ndarray::{ArrayBase, ArrayD, ArrayViewD, Data, Dimension, IxDyn};

fn sizes(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|size| *size as i64).collect()
}

fn extents(shape: &[i64]) -> IxDyn {
    IxDyn(&shape.iter().map(|size| *size as usize).collect::<Vec<_>>())
}

fn misfit(error: ndarray::ShapeError) -> Error {
    Error::local(Code::ShapeMismatch, format!("ndarray: {}", error))
}

impl Context {
    /// A tensor of an array's elements, which are copied.
    ///
    /// ```
    /// let context = duramen::Context::new()?;
    /// let tensor = context.tensor_from_array(&ndarray::array![[1.0f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(tensor.transpose(0, 1)?.to_array::<f32>()?, ndarray::array![[1.0f32, 3.0], [2.0, 4.0]].into_dyn());
    /// # Ok::<(), duramen::Error>(())
    /// ```
    pub fn tensor_from_array<T, S, D>(&self, array: &ArrayBase<S, D>) -> Result<Tensor>
    where
        T: Element,
        S: Data<Elem = T>,
        D: Dimension,
    {
        let shape = sizes(array.shape());
        match array.as_slice() {
            Some(values) => self.tensor(values, shape),
            None => self.tensor_from_vec(array.iter().copied().collect(), shape),
        }
    }

    /// A tensor on the memory of an array, which moves into it: without a copy where the array lies in C
    /// order and is all of its memory.
    ///
    /// ```
    /// let context = duramen::Context::new()?;
    /// let array = ndarray::array![[1.0f32, 2.0], [3.0, 4.0], [5.0, 6.0]].slice_move(ndarray::s![1.., ..]);
    /// assert_eq!(context.tensor_from_owned_array(array)?.to_vec::<f32>()?, [3.0, 4.0, 5.0, 6.0]);
    /// # Ok::<(), duramen::Error>(())
    /// ```
    pub fn tensor_from_owned_array<T: Element, D: Dimension>(&self, array: ndarray::Array<T, D>) -> Result<Tensor> {
        if !array.is_standard_layout() {
            return self.tensor_from_array(&array);
        }
        let (shape, len, first) = (sizes(array.shape()), array.len(), array.as_ptr());
        let memory = array.into_raw_vec();
        if len == memory.len() {
            return self.tensor_from_vec(memory, shape);
        }
        // A slice keeps the memory of all that it was cut from.
        let start = (first as usize - memory.as_ptr() as usize) / std::mem::size_of::<T>();
        self.tensor(&memory[start..start + len], shape)
    }
}

impl Tensor {
    /// An array of its elements, converted to `T`.
    pub fn to_array<T: Element>(&self) -> Result<ArrayD<T>> {
        ArrayD::from_shape_vec(extents(&self.shape()), self.to_vec()?).map_err(misfit)
    }
}

impl<T: Plain> Slice<'_, T> {
    /// The elements in place, as an array of the shape of the tensor that they are of.
    pub fn view(&self, shape: &[i64]) -> Result<ArrayViewD<'_, T>> {
        ArrayViewD::from_shape(extents(shape), self).map_err(misfit)
    }
}
