//! Checkpoint files, whole and in streams.
mod checkpoint;
mod entries;
mod save;
mod stream;

pub use checkpoint::{Checkpoint, Limits, Open};
pub use entries::{FileEntries, FileEntry};
pub use save::{edit_metadata, set_metadata, Durability, Format, Save};
pub use stream::TensorStream;
