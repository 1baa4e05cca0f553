// E0505: move out of `error` occurs here
pub fn told(error: duramen::Error) -> usize {
    let message = error.message();
    drop(error);
    message.len()
}
