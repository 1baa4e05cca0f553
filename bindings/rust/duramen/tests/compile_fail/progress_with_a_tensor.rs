// E0277: cannot be sent between threads safely
pub fn heard(context: &duramen::Context, tensor: duramen::Tensor) {
    let _ = context.set_progress(move |_| tensor.fill(0.0));
}
