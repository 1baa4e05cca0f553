//! What the crate does, noun by noun.
mod builders;
mod callbacks;
mod errors;
mod files;
mod memory;
mod modules;
mod shared;
mod states;
mod tensors;
mod training;

use duramen::{Code, Context, Module, Result};

fn context() -> Context {
    Context::builder().seed(0).build().unwrap()
}

fn module(context: &Context, text: &str) -> Module {
    Module::from_text(context, text).unwrap()
}

/// The code of what must fail.
#[track_caller]
fn refused<T>(outcome: Result<T>) -> Code {
    match outcome {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.code(),
    }
}
