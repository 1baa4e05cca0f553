use crate::{context, module, refused};
use duramen::{optim, Code, Optimizer, Value};

#[test]
fn a_small_network_learns_xor() {
    let context = context();
    let model = module(&context, "Sequential(Linear(2, 8), Tanh(), Linear(8, 2))");
    let loss = module(&context, "CrossEntropyLoss()");
    let mut optimizer =
        Optimizer::from_text(&context, "SGD(lr=0.5, momentum=0.9)", &model.parameters().unwrap()).unwrap();
    let x = context.tensor(&[0f32, 0., 0., 1., 1., 0., 1., 1.], [4, 2]).unwrap();
    let y = context.tensor(&[0i64, 1, 1, 0], [4]).unwrap();
    for _ in 0..200 {
        optimizer.zero_grad().unwrap();
        loss.forward_many(&[&model.forward(&x).unwrap(), &y]).unwrap().backward().unwrap();
        optimizer.step().unwrap();
    }
    assert_eq!(model.forward(&x).unwrap().argmax(1, false).unwrap().to_vec::<i64>().unwrap(), [0, 1, 1, 0]);
}

#[test]
fn options_and_state_of_an_optimizer() {
    let context = context();
    let model = module(&context, "Sequential(Linear(1, 1), Linear(1, 1))");
    let first = model.submodule("0").unwrap().parameters().unwrap();
    let mut optimizer = optim::AdamW::new().lr(0.1).betas([0.8, 0.9]).build(&context, &first).unwrap();
    assert_eq!(optimizer.class_name(), "AdamW");
    let second = model.submodule("1").unwrap().parameters().unwrap();
    optimizer.add_group(&second, &[("lr", Value::from(0.2))]).unwrap();
    assert_eq!(optimizer.group_count(), 2);
    assert_eq!(optimizer.option(1, "lr").unwrap().as_float(), Some(0.2));
    optimizer.set_lr(0.3).unwrap();
    assert_eq!(optimizer.option(0, "lr").unwrap().as_float(), Some(0.3));
    optimizer.set_option(Some(0), "weight_decay", 0.5).unwrap();
    assert_eq!(refused(optimizer.set_option(None, "nothing", 1.0)), Code::NotFound);
    assert_eq!(refused(optimizer.add_group(&first, &[])), Code::InvalidArgument);
    model.forward(&context.ones([1, 1]).unwrap()).unwrap().sum().unwrap().backward().unwrap();
    optimizer.step().unwrap();
    let state = optimizer.state().unwrap();
    assert_eq!(state.get("state").unwrap().entries().unwrap().len(), 4);
    optimizer.load_state(&state).unwrap();
}
