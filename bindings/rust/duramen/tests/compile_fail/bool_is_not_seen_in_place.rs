// E0277: the trait bound
pub fn seen(tensor: &duramen::Tensor) {
    let _ = tensor.as_slice::<bool>();
}
