//! A checkpoint that is written tensor by tensor, so that a model need never be whole in memory.
use super::checkpoint::path_text;
use super::save::Save;
use crate::border::{call, Access};
use crate::context::Context;
use crate::dtype::DType;
use crate::error::Result;
use crate::handle::Handle;
use crate::tensor::Tensor;
use crate::text::text;
use duramen_sys::*;
use std::path::Path;
use std::ptr::null_mut;

/// Names, dtypes and shapes first, then the elements, in any order. A stream that is dropped without
/// [`TensorStream::finish`] leaves nothing.
///
/// ```
/// use duramen::{Context, DType, Save, TensorStream};
/// let context = Context::new()?;
/// # let path = std::env::temp_dir().join(format!("duramen-stream-{}.safetensors", std::process::id()));
/// let mut stream = TensorStream::create(&path, Save::new())?;
/// stream.declare("w", DType::FLOAT32, &[2])?;
/// stream.write("w", &context.ones(&[2])?)?;
/// stream.finish(&context)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), duramen::Error>(())
/// ```
pub struct TensorStream(Handle<duramen_tensor_stream>);

// SAFETY: there is one owner, and every method takes `&mut self`; it holds texts and a file.
unsafe impl Send for TensorStream {}
// SAFETY: as above: nothing can be done with a `&TensorStream`.
unsafe impl Sync for TensorStream {}

impl TensorStream {
    /// Begins a stream to a `.safetensors` or a `.pt`.
    pub fn create(path: impl AsRef<Path>, how: Save) -> Result<TensorStream> {
        let (data, length) = text(path_text(path.as_ref())?);
        let options = how.raw();
        let mut out = null_mut();
        // SAFETY: handles, texts and options live for the call; so in all of this file.
        call(Access::Read, |error| unsafe { duramen_tensor_stream_create(data, length, &options, &mut out, error) })?;
        Ok(TensorStream(unsafe { Handle::adopt(out) }.expect("a call that succeeds gives a stream")))
    }

    /// Says that there will be a tensor.
    pub fn declare(&mut self, name: &str, dtype: DType, shape: impl AsRef<[i64]>) -> Result<()> {
        let ((data, length), shape) = (text(name), shape.as_ref());
        call(Access::Read, |error| unsafe {
            let (raw, number) = (self.0.raw(), dtype.number());
            duramen_tensor_stream_declare(raw, data, length, number, shape.as_ptr(), shape.len(), error)
        })
    }

    /// Sets a text of the metadata.
    pub fn set_metadata(&mut self, key: &str, value: &str) -> Result<()> {
        let ((key, key_length), (value, value_length)) = (text(key), text(value));
        call(Access::Read, |error| unsafe {
            duramen_tensor_stream_set_metadata(self.0.raw(), key, key_length, value, value_length, error)
        })
    }

    /// Writes the elements of a declared tensor.
    pub fn write(&mut self, name: &str, tensor: &Tensor) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Read, |error| unsafe {
            duramen_tensor_stream_write(tensor.context().raw(), self.0.raw(), data, length, tensor.raw(), error)
        })
    }

    /// Puts the file in its place.
    pub fn finish(self, context: &Context) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_tensor_stream_finish(context.raw(), self.0.raw(), error) })
    }
}
