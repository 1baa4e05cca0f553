// E0277: cannot be sent between threads safely
pub fn scoped(tensor: &duramen::Tensor) {
    let values = tensor.as_slice::<f32>().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(values));
    });
}
