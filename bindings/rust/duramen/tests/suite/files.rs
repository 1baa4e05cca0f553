use crate::{context, module, refused};
use duramen::{
    Checkpoint, Code, Context, DType, Durability, Error, Format, Limits, Open, Save, StateDict, TensorStream, Value,
};
use std::error::Error as _;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("duramen-rust-{}-{}", name, std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn state(context: &Context) -> StateDict {
    module(context, "Sequential(Linear(4, 3), BatchNorm1d(3))").state_dict().unwrap()
}

#[test]
fn every_format_is_written_and_read() {
    let (context, folder) = (context(), Folder::new("formats"));
    let saved = state(&context);
    for name in ["a.pt", "a.safetensors", "a.npz"] {
        let path = folder.file(name);
        Save::new().durability(Durability::Atomic).save(&saved, &path).unwrap();
        let checkpoint = Checkpoint::open(&context, &path).unwrap();
        assert_eq!(checkpoint.state_dict().unwrap().digest().unwrap(), saved.digest().unwrap(), "{}", name);
        if name == "a.npz" {
            continue; // its tensors are copies
        }
        // SAFETY: nobody else knows the file.
        let mapped = unsafe { Open::new().open_mapped(&context, &path).unwrap() };
        assert_eq!(refused(mapped.state_dict().unwrap().get("0.bias").unwrap().fill(0.0)), Code::ReadOnly);
    }
    assert_eq!(refused(saved.save(folder.file("a.nothing"))), Code::InvalidArgument);
    assert_eq!(refused(Checkpoint::open(&context, folder.file("nothing.pt"))), Code::Io);
}

#[test]
fn any_value_goes_into_a_pt() {
    let (context, folder) = (context(), Folder::new("value"));
    let path = folder.file("training.pt");
    let value = Value::dict([("epoch", Value::from(3)), ("model", state(&context).to_value().unwrap())]);
    Save::new().save_value(&context, &value, &path).unwrap();
    let checkpoint = Open::new().verify().open(&context, &path).unwrap();
    assert_eq!(checkpoint.content().get("epoch").unwrap().as_int(), Some(3));
    assert_eq!(checkpoint.state_dict_at("model").unwrap().len(), 7);
    assert_eq!(checkpoint.property("byteorder"), Some("little"));
    assert_eq!(checkpoint.property("nothing"), None);
    assert_eq!(refused(checkpoint.state_dict_at("modle")), Code::NotFound);
}

#[test]
fn a_file_is_looked_into_without_its_tensors() {
    let context = context();
    let saved = state(&context);
    saved.set_metadata("step", "3").unwrap();
    let bytes = Save::new().format(Format::Safetensors).to_bytes(&saved).unwrap();
    let checkpoint = Checkpoint::from_bytes(&context, &bytes).unwrap();
    let entries = checkpoint.entries().unwrap();
    assert_eq!(entries.len(), 7);
    let weight = entries.clone().find(|entry| entry.name() == "0.weight").unwrap();
    assert_eq!((weight.shape(), weight.dtype(), weight.nbytes()), (&[3i64, 4][..], Some(DType::FLOAT32), 48));
    assert!(weight.strides().is_none() && weight.value().is_none());
    let place = weight.offset().unwrap() as usize;
    let first = f32::from_le_bytes([bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3]]);
    assert_eq!(checkpoint.tensor("0.weight").unwrap().at([0, 0]).unwrap(), f64::from(first));
    assert_eq!(refused(checkpoint.tensor("0.wieght")), Code::NotFound);
    assert_eq!((checkpoint.metadata("step"), checkpoint.metadata("nothing")), (Some("3"), None));
    assert_eq!(checkpoint.metadata_keys().unwrap(), ["step"]);
}

#[test]
fn limits_are_kept() {
    let context = context();
    let bytes = Save::new().format(Format::Torch).to_bytes(&state(&context)).unwrap();
    let limits = Limits { max_entries: 2, ..Limits::default() };
    assert_eq!(refused(Open::new().limits(limits).open_bytes(&context, &bytes)), Code::Limit);
    assert_eq!(refused(Checkpoint::from_bytes(&context, &bytes[..bytes.len() - 9])), Code::Corrupt);
}

/// Fails after so many bytes.
struct Short {
    inner: Cursor<Vec<u8>>,
    left: usize,
}

impl Short {
    fn take(&mut self, wanted: usize) -> std::io::Result<()> {
        self.left = self.left.checked_sub(wanted).ok_or(std::io::ErrorKind::WouldBlock)?;
        Ok(())
    }
}

impl Read for Short {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.take(out.len())?;
        self.inner.read(out)
    }
}

impl Write for Short {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.take(bytes.len())?;
        self.inner.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Short {
    fn seek(&mut self, place: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(place)
    }
}

fn io_kind(error: &Error) -> std::io::ErrorKind {
    error.source().unwrap().downcast_ref::<std::io::Error>().unwrap().kind()
}

#[test]
fn readers_and_writers_stand_for_files() {
    let context = context();
    let saved = state(&context);
    let mut written = Vec::new();
    Save::new().format(Format::Safetensors).write(&saved, &mut written).unwrap();
    assert_eq!(written, Save::new().format(Format::Safetensors).to_bytes(&saved).unwrap());
    let read = Open::new().open_reader(&context, Cursor::new(&written)).unwrap();
    assert_eq!(read.state_dict().unwrap().digest().unwrap(), saved.digest().unwrap());

    let short = || Short { inner: Cursor::new(written.clone()), left: 10 };
    let error = Open::new().open_reader(&context, short()).unwrap_err();
    assert_eq!((error.code(), io_kind(&error)), (Code::User(-1000), std::io::ErrorKind::WouldBlock));
    let error = Save::new().format(Format::Torch).write(&saved, short()).unwrap_err();
    assert_eq!(io_kind(&error), std::io::ErrorKind::WouldBlock);
}

#[test]
fn memory_and_descriptors_stand_for_files() {
    let (context, folder) = (context(), Folder::new("descriptor"));
    let saved = state(&context);
    let path = folder.file("a.pt");
    let file = std::fs::File::create(&path).unwrap();
    Save::new().format(Format::Torch).write_descriptor(&saved, &file).unwrap();
    let read = Open::new().open_descriptor(&context, &std::fs::File::open(&path).unwrap()).unwrap();
    assert_eq!(read.state_dict().unwrap().digest().unwrap(), saved.digest().unwrap());
    let value = std::fs::File::create(folder.file("v.pt")).unwrap();
    Save::new().format(Format::Torch).write_value_descriptor(&context, &Value::from(3), &value).unwrap();
    assert_eq!(Checkpoint::open(&context, folder.file("v.pt")).unwrap().content().as_int(), Some(3));
    let bytes = std::fs::read(&path).unwrap();
    let range = bytes.as_ptr_range();
    let tensor = Open::new().open_vec(&context, bytes).unwrap().state_dict().unwrap().get("0.weight").unwrap();
    let place = tensor.as_slice::<f32>().unwrap().as_ptr() as *const u8;
    assert!(range.contains(&place)); // of the very vector, which the tensor keeps
    assert_eq!(refused(tensor.fill(0.0)), Code::ReadOnly);
    assert!(Open::new().open_vec(&context, vec![1, 2, 3]).is_err());
    assert!(duramen::has_feature("torch") && !duramen::has_feature("nothing"));
}

#[test]
fn a_writer_cannot_call_back() {
    struct Calls(StateDict);
    impl Write for Calls {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            assert_eq!(refused(self.0.get("0.bias")), Code::State);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let context = context();
    let saved = state(&context);
    Save::new().format(Format::Torch).write(&saved, Calls(saved.clone())).unwrap();
}

#[test]
fn a_writer_that_panics_is_an_error() {
    struct Panics;
    impl Write for Panics {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            panic!("disk of paper")
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let context = context();
    let error = Save::new().format(Format::Torch).write(&state(&context), Panics).unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Panic, "panic: disk of paper"));
    context.ones([1]).unwrap(); // the thread is open again
}

#[test]
fn a_stream_is_written_tensor_by_tensor() {
    let (context, folder) = (context(), Folder::new("stream"));
    let path = folder.file("s.safetensors");
    let mut stream = TensorStream::create(&path, Save::new()).unwrap();
    stream.set_metadata("step", "3").unwrap();
    stream.declare("a", DType::FLOAT32, [2]).unwrap();
    stream.declare("b", DType::INT64, []).unwrap();
    stream.write("b", &context.scalar(7i64).unwrap()).unwrap();
    assert_eq!(refused(stream.write("a", &context.ones([3]).unwrap())), Code::ShapeMismatch);
    stream.write("a", &context.ones([2]).unwrap()).unwrap();
    stream.finish(&context).unwrap();
    let read = Checkpoint::open(&context, &path).unwrap().state_dict().unwrap();
    assert_eq!((read.get("b").unwrap().item().unwrap(), read.metadata("step").unwrap()), (7.0, "3".to_string()));
    assert!(!duramen::set_metadata(&context, &path, "step", Some("4")).unwrap());
    duramen::edit_metadata(&context, &path, &[("step", None), ("by", Some("test")), ("at", Some("noon"))]).unwrap();
    let read = Checkpoint::open(&context, &path).unwrap().state_dict().unwrap();
    assert_eq!((read.metadata("by").unwrap(), read.metadata("at").unwrap()), ("test".into(), "noon".into()));
    assert_eq!(refused(read.metadata("step")), Code::NotFound);

    let path = folder.file("unfinished.pt");
    let mut stream = TensorStream::create(&path, Save::new()).unwrap();
    stream.declare("a", DType::FLOAT32, [2]).unwrap();
    drop(stream);
    assert!(!path.exists());
}

#[test]
fn shards_are_one_checkpoint() {
    let (context, folder) = (context(), Folder::new("shards"));
    let saved = state(&context);
    let path = folder.file("model.safetensors.index.json");
    Save::new().format(Format::Safetensors).max_shard_bytes(48).save(&saved, &path).unwrap();
    let checkpoint = Checkpoint::open(&context, &path).unwrap();
    assert!(checkpoint.property("shards").unwrap().parse::<u32>().unwrap() > 1);
    assert_eq!(checkpoint.state_dict().unwrap().digest().unwrap(), saved.digest().unwrap());
}

#[test]
fn progress_is_heard_and_can_stop() {
    let (context, folder) = (context(), Folder::new("progress"));
    let saved = state(&context);
    let heard = Arc::new(AtomicU64::new(0));
    let counter = heard.clone();
    context
        .set_progress(move |progress| {
            assert!(progress.done <= progress.total && !progress.operation.is_empty());
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
        .unwrap();
    saved.save(folder.file("a.pt")).unwrap();
    assert!(heard.load(Ordering::Relaxed) > 0);
    context.set_progress(|_| Err(Error::with_status(-1234, "enough"))).unwrap();
    assert_eq!(Arc::strong_count(&heard), 1); // the old one is gone
    let error = saved.save(folder.file("b.pt")).unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::User(-1234), "enough"));
    assert!(!folder.file("b.pt").exists());
    context.clear_progress().unwrap();
    saved.save(folder.file("b.pt")).unwrap();
}

#[test]
fn a_save_is_cancelled_from_another_thread() {
    let (context, folder) = (context(), Folder::new("cancel"));
    let saved = state(&context);
    let canceller = context.canceller();
    std::thread::spawn(move || canceller.cancel()).join().unwrap();
    assert!(context.canceller().is_cancelled());
    assert_eq!(refused(saved.save(folder.file("a.pt"))), Code::Cancelled);
    context.reset_cancel();
    saved.save(folder.file("a.pt")).unwrap();
}
