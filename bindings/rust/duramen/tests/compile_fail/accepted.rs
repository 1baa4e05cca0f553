//! What is allowed: the same calls as in the files beside this one, in the right order and on the right thread.
use duramen::{Canceller, Context, Module, Result, SharedModule, Tensor};

fn send<T: Send>(_: T) {}
fn sync<T: Sync>(_: &T) {}

pub fn handles(context: &Context) -> Result<Vec<f32>> {
    let canceller: Canceller = context.canceller();
    sync(&canceller);
    send(canceller);
    let shared: SharedModule = Module::from_text(context, "Linear(1, 1)")?.share()?;
    sync(&shared);
    send(shared);
    let x: Tensor = context.ones([2])?;
    let values = x.as_slice::<f32>()?.to_vec();
    drop(x);
    Ok(values)
}

pub fn names(model: &Module) -> Result<Vec<String>> {
    let listing = model.named_parameters()?;
    let names = listing.iter().map(|entry| entry.name().to_string()).collect();
    drop(listing);
    Ok(names)
}
