// E0277: cannot be shared between threads safely
fn shared<T: Sync>(_: &T) {}

pub fn called(handle: &duramen::Optimizer) {
    shared(handle)
}
