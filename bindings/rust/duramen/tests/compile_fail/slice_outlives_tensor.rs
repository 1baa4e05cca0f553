// E0505: move out of `tensor` occurs here
pub fn kept(tensor: duramen::Tensor) -> f32 {
    let values = tensor.as_slice::<f32>().unwrap();
    drop(tensor);
    values[0]
}
