use crate::{context, refused};
use duramen::{init, nn, ops, Code, Value};

#[test]
fn a_builder_makes_what_the_text_makes() {
    let context = context();
    let built = nn::Sequential::new()
        .add(nn::Conv2d::new(3, 8, [3, 5]).padding("same").bias(false))
        .add(nn::BatchNorm2d::new(8).momentum(None::<f64>))
        .add(nn::MaxPool2d::new(2))
        .add(nn::Flatten::new())
        .build(&context)
        .unwrap();
    let text = "Sequential(Conv2d(3, 8, (3, 5), padding='same', bias=False), BatchNorm2d(8, momentum=None), \
                MaxPool2d(2), Flatten())";
    assert_eq!(built.to_string(), crate::module(&context, text).to_string());
}

#[test]
fn containers_take_modules_and_builders() {
    let context = context();
    let made = nn::Linear::new(2, 2).build(&context).unwrap();
    let dict = nn::ModuleDict::new().add("a", &made).add("b", nn::NamedSequential::new().add("act", nn::ReLU::new()));
    let dict = dict.build(&context).unwrap();
    assert!(dict.submodule("a").unwrap().is_same(&made));
    assert_eq!(dict.submodule("b.act").unwrap().class_name(), "ReLU");
    assert_eq!(nn::Sequential::new().build(&context).unwrap().count().unwrap(), 0);
    assert_eq!(nn::ModuleList::new().add(nn::Tanh::new()).build(&context).unwrap().count().unwrap(), 1);
    let weight = context.ones([2]).unwrap();
    nn::CrossEntropyLoss::new().weight(&weight).reduction("sum").build(&context).unwrap();
}

#[test]
fn a_wrong_argument_is_an_error_of_the_registry() {
    let context = context();
    let error = nn::Linear::new(2, -1).build(&context).unwrap_err();
    assert!(!error.message().is_empty());
    assert_eq!(
        refused(
            nn::GELU::new().approximate("none at all").build(&context).and_then(|m| m.forward(&context.ones([1])?))
        ),
        Code::InvalidArgument
    );
}

#[test]
fn operators_have_builders() {
    let context = context();
    let x = context.tensor(&[1f32, 2.0, 3.0, 4.0], [2, 2]).unwrap();
    assert_eq!(ops::Sum::new().dim([1]).keepdim(true).apply(&[&x]).unwrap().to_vec::<f32>().unwrap(), [3.0, 7.0]);
    assert_eq!(ops::Pow::new().apply(&[&x, &x]).unwrap().at([1, 1]).unwrap(), 256.0);
    let clamp = ops::Clamp::new().min(2.0).max(3).build().unwrap();
    assert_eq!(clamp.apply(&[&x]).unwrap().to_vec::<f32>().unwrap(), [2.0, 2.0, 3.0, 3.0]);
    assert_eq!(clamp.name(), "clamp");
    let parts = ops::Unbind::new().build().unwrap().apply_values(&context, &[Value::from(&x)]).unwrap();
    assert_eq!(parts.items().unwrap().len(), 2);
    assert_eq!(ops::Stack::new().dim(0).apply(&[&x, &x]).unwrap().shape(), [2, 2, 2]);
    assert_eq!(refused(ops::Relu::new().apply(&[])), Code::InvalidArgument);
}

#[test]
fn initializers_have_builders() {
    let context = context();
    let x = context.zeros([4, 4]).unwrap();
    init::Constant::new(3.0).fill(&x).unwrap();
    assert_eq!(x.mean().unwrap().item().unwrap(), 3.0);
    init::KaimingUniform::new().a(0.2).mode("fan_out").fill(&x).unwrap();
    context.seed(0).unwrap();
    init::XavierNormal::new().fill(&x).unwrap();
    let first = x.to_vec::<f32>().unwrap();
    context.seed(0).unwrap();
    x.init("xavier_normal_").unwrap();
    assert_eq!(x.to_vec::<f32>().unwrap(), first);
    assert!((init::calculate_gain("calculate_gain('relu')").unwrap() - 2f64.sqrt()).abs() < 1e-12);
}
