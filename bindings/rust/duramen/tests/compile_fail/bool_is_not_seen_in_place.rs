// E0277: the trait bound
pub fn seen(tensor: &duramen::Tensor) {
    let _ = tensor.slice::<bool>();
}
