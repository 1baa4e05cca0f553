// E0277: cannot be sent between threads safely
pub fn spawned(tensor: duramen::Tensor) {
    std::thread::spawn(move || drop(tensor));
}
