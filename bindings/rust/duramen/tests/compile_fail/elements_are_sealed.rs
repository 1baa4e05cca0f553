// E0277: the trait bound
#[derive(Clone, Copy)]
pub struct Mine(pub u8);

pub fn read(tensor: &duramen::Tensor) -> usize {
    tensor.to_vec::<Mine>().unwrap().len()
}
