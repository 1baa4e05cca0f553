//! What protects borrowed elements from the rest of the thread.
#![allow(clippy::declare_interior_mutable_const)] // of old: what thread_local! makes of `const`
use crate::{context, module, refused};
use duramen::{Checkpoint, Code, Format, Module, OwnModule, Result, Save, Slice, Tensor};
use std::cell::Cell;

#[test]
fn a_slice_sees_elements_in_place() {
    let context = context();
    let x = context.tensor(&[1f32, 2.0, 3.0, 4.0], [2, 2]).unwrap();
    assert_eq!(&*x.as_slice::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0]);
    x.as_mut_slice::<f32>().unwrap()[3] = 9.0;
    assert_eq!(x.at([1, 1]).unwrap(), 9.0);
    assert_eq!(refused(x.as_slice::<f64>()), Code::DtypeMismatch);
    assert_eq!(refused(x.transpose(0, 1).unwrap().as_slice::<f32>()), Code::State);
    assert!(context.zeros([0]).unwrap().as_slice::<f32>().unwrap().is_empty());
}

#[test]
fn writing_counts_as_a_write() {
    let context = context();
    let x = context.ones([1]).unwrap().with_grad().unwrap();
    let y = (&x * &x).unwrap();
    x.detach().unwrap().as_mut_slice::<f32>().unwrap()[0] = 5.0;
    assert_eq!(refused(y.backward()), Code::State); // what was saved for it is stale
}

#[test]
fn nothing_writes_while_a_slice_is_there() {
    let context = context();
    let model = module(&context, "Linear(2, 2)");
    let weight = model.parameter("weight").unwrap();
    let x = context.ones([1, 2]).unwrap();
    let loss = model.forward(&x).unwrap().sum().unwrap();
    let state = model.state_dict().unwrap().snapshot().unwrap();
    let values = weight.as_slice::<f32>().unwrap();
    let view = weight.detach().unwrap();
    assert_eq!(refused(view.fill(0.0)), Code::State);
    assert_eq!(refused(view.as_mut_slice::<f32>()), Code::State);
    assert_eq!(refused(loss.backward()), Code::State);
    assert_eq!(refused(model.forward(&x)), Code::State);
    assert_eq!(refused(model.load_state_dict(&state)), Code::State);
    assert_eq!(refused(model.to_dtype(duramen::DType::FLOAT64)), Code::State);
    assert_eq!(refused(weight.init("zeros_")), Code::State);
    // What reads, or makes something new, goes on.
    assert_eq!(view.to_vec::<f32>().unwrap(), &*values);
    assert!((&x + &x).is_ok() && view.as_slice::<f32>().is_ok());
    drop(values);
    loss.backward().unwrap();
    view.fill(0.0).unwrap();
}

#[test]
fn nothing_looks_while_a_slice_is_written() {
    let context = context();
    let x = context.ones([2]).unwrap();
    let mut values = x.as_mut_slice::<f32>().unwrap();
    values[0] = 2.0;
    assert_eq!(refused(&x + &x), Code::State);
    assert_eq!(refused(x.to_vec::<f32>()), Code::State);
    assert_eq!(refused(x.as_slice::<f32>()), Code::State);
    assert_eq!(refused(x.item()), Code::State);
    drop(values);
    assert_eq!(x.to_vec::<f32>().unwrap(), [2.0, 1.0]);
}

#[test]
fn a_forgotten_slice_keeps_its_protection() {
    std::thread::spawn(|| {
        let context = context();
        let x = context.ones([2]).unwrap();
        std::mem::forget(x.as_slice::<f32>().unwrap());
        assert_eq!(refused(x.fill(0.0)), Code::State);
        assert_eq!(x.to_vec::<f32>().unwrap(), [1.0, 1.0]);
    })
    .join()
    .unwrap();
}

thread_local! {
    static KEPT: Cell<Option<Slice<'static, f32>>> = const { Cell::new(None) };
}

/// Leaves a borrow behind that the caller of forward does not know of.
struct Keeper;

impl OwnModule for Keeper {
    fn class_name(&self) -> String {
        "Keeper".into()
    }
    fn forward(&self, _: &Module, input: &Tensor) -> Result<Tensor> {
        let held: &'static Tensor = Box::leak(Box::new(input.clone()));
        KEPT.with(|kept| kept.set(Some(held.as_slice().unwrap())));
        Ok(input.clone())
    }
}

#[test]
fn a_callback_cannot_leave_a_borrow_behind() {
    std::thread::spawn(|| {
        let context = context();
        let keeper = Module::own(&context, Keeper).unwrap();
        let error = keeper.forward(&context.ones([1]).unwrap()).unwrap_err();
        assert_eq!(error.code(), Code::State);
        assert!(error.cause().unwrap().message().contains("kept a borrow"), "{:?}", error);
        KEPT.with(|kept| drop(kept.take()));
        context.ones([1]).unwrap().fill(2.0).unwrap();
    })
    .join()
    .unwrap();
}

#[test]
fn a_misaligned_tensor_gives_no_slice() {
    let context = context();
    let state = duramen::StateDict::new(&context).unwrap();
    state.set("a", &context.tensor(&[1u8], [1]).unwrap()).unwrap();
    state.set("b", &context.tensor(&[1f32, 2.0], [2]).unwrap()).unwrap();
    let bytes = Save::new().format(Format::Safetensors).to_bytes(&state).unwrap();
    let read = Checkpoint::from_bytes(&context, &bytes).unwrap().state_dict().unwrap();
    let b = read.get("b").unwrap();
    assert_eq!(b.to_vec::<f32>().unwrap(), [1.0, 2.0]);
    let address = b.as_slice::<f32>().map(|values| values.as_ptr() as usize);
    assert!(address.map_or(true, |address| address % 4 == 0));
}
