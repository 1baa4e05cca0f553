//! Each type is Send and Sync as its handle's thread class says: written by tools/api.py from the description.
//!
//! `immutable`: both, unless it lends what is not; `external`: neither, unless it has one owner who writes through `&mut`.
#![allow(dead_code)]

use duramen::*;

fn send_and_sync<T: Send + Sync>() {}

/// Ambiguous, which does not compile, for a type that is Send (or Sync) after all.
trait NotSend<A> {
    fn is_so() {}
}
impl<T: ?Sized> NotSend<()> for T {}
impl<T: ?Sized + Send> NotSend<u8> for T {}
trait NotSync<A> {
    fn is_so() {}
}
impl<T: ?Sized> NotSync<()> for T {}
impl<T: ?Sized + Sync> NotSync<u8> for T {}

/// duramen_error: immutable.
#[test]
fn duramen_error_is_as_its_class_says() {
    send_and_sync::<Error>();
}

// duramen_string: immutable; stays inside of calls.

// duramen_string_list: immutable; stays inside of calls.

/// duramen_context: external.
#[test]
fn duramen_context_is_as_its_class_says() {
    <Context as NotSend<_>>::is_so();
    <Context as NotSync<_>>::is_so();
}

/// duramen_tensor: external.
#[test]
fn duramen_tensor_is_as_its_class_says() {
    <Tensor as NotSend<_>>::is_so();
    <Tensor as NotSync<_>>::is_so();
}

/// duramen_value: immutable, lends what has one writer.
#[test]
fn duramen_value_is_as_its_class_says() {
    <Value as NotSend<_>>::is_so();
    <Value as NotSync<_>>::is_so();
}

/// duramen_module: external.
#[test]
fn duramen_module_is_as_its_class_says() {
    <Module as NotSend<_>>::is_so();
    <Module as NotSync<_>>::is_so();
}

/// duramen_listing: immutable, lends what has one writer.
#[test]
fn duramen_listing_is_as_its_class_says() {
    <Listing as NotSend<_>>::is_so();
    <Listing as NotSync<_>>::is_so();
}

/// duramen_scope: external.
#[test]
fn duramen_scope_is_as_its_class_says() {
    <FromText as NotSend<_>>::is_so();
    <FromText as NotSync<_>>::is_so();
}

/// duramen_state_dict: external.
#[test]
fn duramen_state_dict_is_as_its_class_says() {
    <StateDict as NotSend<_>>::is_so();
    <StateDict as NotSync<_>>::is_so();
}

/// duramen_rename_rules: external, one owner.
#[test]
fn duramen_rename_rules_is_as_its_class_says() {
    send_and_sync::<RenameRules>();
}

/// duramen_load_report: immutable.
#[test]
fn duramen_load_report_is_as_its_class_says() {
    send_and_sync::<LoadReport>();
}

/// duramen_load_notes: external.
#[test]
fn duramen_load_notes_is_as_its_class_says() {
    <LoadNotes<'static> as NotSend<_>>::is_so();
    <LoadNotes<'static> as NotSync<_>>::is_so();
}

/// duramen_checkpoint: immutable, lends what has one writer.
#[test]
fn duramen_checkpoint_is_as_its_class_says() {
    <Checkpoint as NotSend<_>>::is_so();
    <Checkpoint as NotSync<_>>::is_so();
}

/// duramen_diff: immutable.
#[test]
fn duramen_diff_is_as_its_class_says() {
    send_and_sync::<Diff>();
}

/// duramen_function_state: external.
#[test]
fn duramen_function_state_is_as_its_class_says() {
    <Saved<'static> as NotSend<_>>::is_so();
    <Saved<'static> as NotSync<_>>::is_so();
}

/// duramen_op: immutable.
#[test]
fn duramen_op_is_as_its_class_says() {
    send_and_sync::<Op>();
}

/// duramen_optimizer: external.
#[test]
fn duramen_optimizer_is_as_its_class_says() {
    <Optimizer as NotSend<_>>::is_so();
    <Optimizer as NotSync<_>>::is_so();
}

/// duramen_options: external.
#[test]
fn duramen_options_is_as_its_class_says() {
    <Arguments as NotSend<_>>::is_so();
    <Arguments as NotSync<_>>::is_so();
}

/// duramen_tensor_stream: external, one owner.
#[test]
fn duramen_tensor_stream_is_as_its_class_says() {
    send_and_sync::<TensorStream>();
}
