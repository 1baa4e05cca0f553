// E0277: cannot be sent between threads safely
pub fn moved(handle: duramen::Optimizer) -> impl Send {
    handle
}
