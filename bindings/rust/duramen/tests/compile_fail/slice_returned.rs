// E0515: returns a value referencing data owned by the current function
pub fn returned(context: &duramen::Context) -> duramen::Slice<'static, f32> {
    let tensor = context.ones([1]).unwrap();
    tensor.as_slice::<f32>().unwrap()
}
