use crate::{context, refused};
use duramen::{Backward, Code, DType, Reduction, Tensor, F16};

#[test]
fn elements_of_every_type_go_in_and_out() {
    let context = context();
    assert_eq!(context.tensor(&[1.5f64, -2.0], [2]).unwrap().to_vec::<f64>().unwrap(), [1.5, -2.0]);
    assert_eq!(context.tensor(&[1i64, -2], [2]).unwrap().to_vec::<i32>().unwrap(), [1, -2]);
    assert_eq!(context.tensor(&[3u8, 255], [2]).unwrap().to_vec::<u8>().unwrap(), [3, 255]);
    assert_eq!(context.tensor(&[true, false], [2]).unwrap().to_vec::<bool>().unwrap(), [true, false]);
    assert_eq!(context.tensor(&[F16(0x3c00)], [1]).unwrap().to_vec::<f32>().unwrap(), [1.0]);
    assert_eq!(context.tensor(&[[1f32, 2.0]], [1]).unwrap().dtype(), DType::COMPLEX64);
    assert_eq!(context.scalar(2.5f32).unwrap().shape(), [0i64; 0]);
}

#[test]
fn a_shape_must_hold_the_values() {
    let context = context();
    assert_eq!(refused(context.tensor(&[1f32; 5], [2, 3])), Code::ShapeMismatch);
    assert_eq!(refused(context.tensor(&[1f32; 1], [-1])), Code::ShapeMismatch);
    assert_eq!(refused(context.tensor(&[1f32; 1], [i64::MAX, i64::MAX])), Code::ShapeMismatch);
    assert_eq!(context.tensor::<f32>(&[], [0, 3]).unwrap().numel(), 0);
}

#[test]
fn dtypes_have_pytorchs_names() {
    assert_eq!(DType::BFLOAT16.name(), "bfloat16");
    assert_eq!(DType::from_name("torch.half"), Some(DType::FLOAT16));
    assert_eq!(DType::from_name("nothing"), None);
    assert_eq!(DType::INT16.bits(), 16);
    assert_eq!(DType::from_number(9999).name(), "invalid");
}

#[test]
fn operators_take_tensors_numbers_and_results() {
    let context = context();
    let a = context.tensor(&[1f32, 2.0, 3.0], [3]).unwrap();
    let b = context.full([3], 2.0).unwrap();
    let values = |tensor: duramen::Result<Tensor>| tensor.unwrap().to_vec::<f32>().unwrap();
    assert_eq!(values(&a + &b), [3.0, 4.0, 5.0]);
    assert_eq!(values(&a - 1.0), [0.0, 1.0, 2.0]);
    assert_eq!(values(6.0 / &a), [6.0, 3.0, 2.0]);
    assert_eq!(values(-(&a * &b).unwrap()), [-2.0, -4.0, -6.0]);
    assert_eq!(values(&a * (&a + &b)), [3.0, 8.0, 15.0]);
    assert_eq!(values(a.clone() * 2.0), [2.0, 4.0, 6.0]);
    assert_eq!(refused(&a + context.zeros([2]).unwrap()), Code::ShapeMismatch);
    let doubles = context.tensor(&[1f64], [1]).unwrap();
    assert_eq!((&doubles * 0.5).unwrap().dtype(), DType::FLOAT64);
    let ints = context.tensor(&[1i64], [1]).unwrap();
    assert_eq!((&ints * 0.5).unwrap().to_vec::<f32>().unwrap(), [0.5]);
}

#[test]
fn methods_do_what_their_names_say() {
    let context = context();
    let x = context.tensor(&[1f32, -2.0, 3.0, -4.0, 5.0, -6.0], [2, 3]).unwrap();
    assert_eq!(x.relu().unwrap().sum().unwrap().item().unwrap(), 9.0);
    assert_eq!(x.transpose(0, 1).unwrap().to_vec::<f32>().unwrap(), [1.0, -4.0, -2.0, 5.0, 3.0, -6.0]);
    assert_eq!(x.select(0, 1).unwrap().at([-1]).unwrap(), -6.0);
    assert_eq!(x.slice(1, 1, i64::MAX, 1).unwrap().shape(), [2, 2]);
    assert_eq!(x.sum_dims([1], true).unwrap().shape(), [2, 1]);
    assert_eq!(x.mean().unwrap().item().unwrap(), -0.5);
    assert_eq!(x.argmax(1, false).unwrap().to_vec::<i64>().unwrap(), [2, 1]);
    assert_eq!(x.argmax(None, false).unwrap().item().unwrap(), 4.0);
    assert_eq!(x.reshape([-1]).unwrap().unsqueeze(0).unwrap().squeeze(None).unwrap().shape(), [6]);
    assert_eq!(Tensor::cat(&[&x, &x], 0).unwrap().shape(), [4, 3]);
    assert_eq!(refused(Tensor::cat(&[], 0)), Code::InvalidArgument);
    assert_eq!(x.matmul(&x.transpose(0, 1).unwrap()).unwrap().shape(), [2, 2]);
    assert_eq!(x.to_dtype(DType::INT64).unwrap().to_vec::<i64>().unwrap()[5], -6);
    assert_eq!(x.permute([1, 0]).unwrap().contiguous().unwrap().strides(), [2, 1]);
    assert_eq!(x.flatten(0, 1).unwrap().expand([2, 6]).unwrap().strides(), [0, 1]);
    assert!((x.softmax(1).unwrap().sum().unwrap().item().unwrap() - 2.0).abs() < 1e-6);
    let target = context.zeros([2, 3]).unwrap();
    assert_eq!(x.mse_loss(&target, Reduction::Sum).unwrap().item().unwrap(), 91.0);
}

#[test]
fn a_view_shares_memory_and_a_copy_does_not() {
    let context = context();
    let x = context.zeros([2, 2]).unwrap();
    let (row, copy) = (x.select(0, 0).unwrap(), x.copy().unwrap());
    row.fill(1.0).unwrap();
    assert_eq!(x.to_vec::<f32>().unwrap(), [1.0, 1.0, 0.0, 0.0]);
    assert_eq!(copy.to_vec::<f32>().unwrap(), [0.0; 4]);
    assert_eq!(row.storage_id(), x.storage_id());
    assert_eq!((row.offset(), x.select(0, 1).unwrap().offset()), (0, 2));
    assert!(x.is_same(&x.clone()) && !x.is_same(&row));
}

#[test]
fn a_vector_moves_in_and_is_freed_once() {
    let context = context();
    let values = vec![1f32; 1000];
    let address = values.as_ptr();
    let tensor = context.tensor_from_vec(values, [1000]).unwrap();
    assert_eq!(tensor.as_slice::<f32>().unwrap().as_ptr(), address);
    let view = tensor.slice(0, 500, 501, 1).unwrap();
    drop(tensor);
    assert_eq!(view.item().unwrap(), 1.0);
    assert_eq!(refused(context.tensor_from_vec(vec![1f32], [2])), Code::ShapeMismatch);
}

#[test]
fn gradients_flow_to_leaves() {
    let context = context();
    let x = context.tensor(&[1f32, 2.0], [2]).unwrap().with_grad().unwrap();
    let y = (&x * &x).unwrap();
    assert_eq!(y.grad_fn_name().unwrap().as_deref(), Some("MulBackward0"));
    assert!(x.is_leaf() && !y.is_leaf() && x.grad().unwrap().is_none());
    let weights = context.tensor(&[1f32, 10.0], [2]).unwrap();
    y.backward_with(Backward::default().gradient(&weights).retain_graph()).unwrap();
    y.backward_with(Backward::default().gradient(&weights)).unwrap();
    assert_eq!(x.grad().unwrap().unwrap().to_vec::<f32>().unwrap(), [4.0, 80.0]);
    assert_eq!(refused(y.backward_with(Backward::default().gradient(&weights))), Code::State);
    x.set_grad(None).unwrap();
    assert!(x.grad().unwrap().is_none());
    let guard = context.no_grad().unwrap();
    assert!(!(&x * 2.0).unwrap().requires_grad());
    drop(guard);
    assert!((&x * 2.0).unwrap().requires_grad());
}

#[test]
fn backward_may_be_for_some_leaves_only() {
    let context = context();
    let a = context.ones([1]).unwrap().with_grad().unwrap();
    let b = context.ones([1]).unwrap().with_grad().unwrap();
    let product = (&a * &b).unwrap();
    product.backward_with(Backward::default().inputs(&[&a])).unwrap();
    assert!(a.grad().unwrap().is_some() && b.grad().unwrap().is_none());
}

#[test]
fn random_numbers_are_pytorchs() {
    let context = context();
    let first = context.rand([3]).unwrap().to_vec::<f32>().unwrap();
    // torch.manual_seed(0); torch.rand(3)
    assert_eq!(first, [0.496_256_6, 0.768_221_8, 0.088_477_43]);
    let state = context.generator_state().unwrap();
    let second = context.randn([5]).unwrap().to_vec::<f32>().unwrap();
    context.set_generator_state(&state).unwrap();
    assert_eq!(context.randn([5]).unwrap().to_vec::<f32>().unwrap(), second);
    assert_eq!(context.initial_seed(), 0);
}
