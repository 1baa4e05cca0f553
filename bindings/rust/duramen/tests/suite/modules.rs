use crate::{context, module, refused};
use duramen::{Blend, Code, DType, FromText, Kind, List, Module, Value};

#[test]
fn a_tree_is_listed_without_a_call_an_entry() {
    let context = context();
    let model = module(&context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
    let listing = model.list(List::new()).unwrap();
    let names: Vec<_> = listing.iter().map(|entry| (entry.name(), entry.kind())).collect();
    assert_eq!(names.len(), listing.len());
    assert_eq!(names[0], ("0.weight", Kind::Parameter));
    assert_eq!(names[6], ("1.num_batches_tracked", Kind::Buffer));
    let entry = listing.find("1.running_mean").unwrap();
    assert!(entry.is_persistent() && !entry.requires_grad() && entry.shape() == [3]);
    assert_eq!(entry.dtype(), Some(DType::FLOAT32));
    assert_eq!(entry.module().unwrap().class_name(), "BatchNorm1d");
    assert!(listing.find("nothing").is_none());
    drop(model);
    assert_eq!(listing.find("0.bias").unwrap().tensor().unwrap().shape(), [3]); // the listing keeps it
    assert_eq!(listing.iter().rev_len(), 7);
}

trait Count {
    fn rev_len(self) -> usize;
}

impl<T: ExactSizeIterator> Count for T {
    fn rev_len(self) -> usize {
        self.len()
    }
}

#[test]
fn options_select_what_is_listed() {
    let context = context();
    let model = module(&context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
    model.freeze("0.**", "").unwrap();
    let names = |what: List<'_>| -> Vec<String> {
        model.list(what).unwrap().iter().map(|entry| entry.name().to_string()).collect()
    };
    assert_eq!(names(List::of(Kind::Parameter).only_frozen()), ["0.weight", "0.bias"]);
    assert_eq!(names(List::of(Kind::Parameter).only_trainable().prefix("net")), ["net.1.weight", "net.1.bias"]);
    assert_eq!(names(List::new().dtype(DType::INT64)), ["1.num_batches_tracked"]);
    assert_eq!(names(List::of(Kind::Child)), ["0", "1"]);
    assert_eq!(names(List::of(Kind::Module)), ["", "0", "1"]);
    assert_eq!(names(List::new().include("**.bias").exclude("1.*")), ["0.bias"]);
    assert!(duramen::pattern_matches("**.bias", "a.b.bias").unwrap());
}

#[test]
fn texts_come_back() {
    let context = context();
    let model = module(&context, "Sequential(Linear(4, 3), ReLU())");
    assert_eq!(model.to_string(), model.repr().unwrap());
    let again = module(&context, &model.text().unwrap());
    assert_eq!(again.to_string(), model.to_string());
    let printed = "Net(\n  (fc): Linear(in_features=2, out_features=1, bias=True)\n)";
    assert_eq!(refused(Module::from_text(&context, printed)), Code::Unsupported);
    let (net, unknown) = Module::from_text_with(&context, printed, FromText::new().unknown_as_containers()).unwrap();
    assert_eq!(unknown, [(String::new(), "Net".to_string())]);
    assert_eq!(net.parameter("fc.weight").unwrap().shape(), [1, 2]);
}

#[test]
fn a_tree_is_edited() {
    let context = context();
    let model = Module::new(&context).unwrap();
    let w = context.ones([2]).unwrap().into_parameter().unwrap();
    model.register_parameter("w", &w).unwrap();
    model.register_parameter("none", None).unwrap();
    model.register_buffer_as("b", &context.zeros([1]).unwrap(), false).unwrap();
    model.register_child("inner", &module(&context, "Linear(1, 1)")).unwrap();
    assert_eq!(model.named_parameters().unwrap().len(), 3);
    assert!(model.parameter("w").unwrap().is_same(&w));
    assert_eq!(refused(model.register_buffer("w", &w)), Code::AlreadyExists);
    assert_eq!(model.state_dict().unwrap().len(), 3);
    model.remove("w").unwrap();
    let error = model.parameter("w").unwrap_err();
    assert_eq!((error.code(), error.torch_error()), (Code::NotFound, Some("AttributeError")));
    model.set_submodule("inner", &module(&context, "Tanh()"), true).unwrap();
    assert_eq!(model.submodule("inner").unwrap().class_name(), "Tanh");
}

#[test]
fn containers_are_edited() {
    let context = context();
    let model = module(&context, "Sequential(Linear(2, 2), ReLU())");
    model.append(&module(&context, "Tanh()")).unwrap();
    model.insert(1, &module(&context, "Sigmoid()")).unwrap();
    assert_eq!(model.keys().unwrap(), ["0", "1", "2", "3"]);
    assert_eq!(model.pop(-1).unwrap().unwrap().class_name(), "Tanh");
    assert_eq!(model.children_slice(0, 2, 1).unwrap().count().unwrap(), 2);
    assert_eq!(model.child(1).unwrap().unwrap().class_name(), "Sigmoid");
    assert_eq!(refused(model.child(9)), Code::NotFound);
    let dict = module(&context, "ModuleDict()");
    dict.set_child_at("a", &model).unwrap();
    assert!(dict.child_at("a").unwrap().unwrap().is_same(&model));
    let list = module(&context, "ParameterList()");
    list.extend_values(vec![Value::from(context.ones([1]).unwrap())]).unwrap();
    assert_eq!(list.value_at("0").unwrap().as_tensor().unwrap().shape(), [1]);
}

#[test]
fn surgery_goes_over_trees() {
    let context = context();
    let model = module(&context, "Sequential(Linear(2, 2), Linear(2, 2))");
    let average = model.deepcopy().unwrap();
    model.parameter("0.bias").unwrap().detach().unwrap().fill(1.0).unwrap();
    average.parameter("0.bias").unwrap().detach().unwrap().fill(0.0).unwrap();
    average.lerp(&model, 0.25, Blend::new()).unwrap();
    assert_eq!(average.parameter("0.bias").unwrap().to_vec::<f32>().unwrap(), [0.25, 0.25]);
    average.copy_from(&model, Blend::new().include("0.*")).unwrap();
    assert_eq!(average.parameter("0.bias").unwrap().to_vec::<f32>().unwrap(), [1.0, 1.0]);
    model.tie("1.weight", "0.weight").unwrap();
    assert_eq!(model.named_parameters().unwrap().len(), 3);
    assert!(model.untie("1.weight").unwrap() && !model.untie("1.weight").unwrap());
    let flat = model.flatten_parameters().unwrap();
    assert_eq!(flat.shape(), [12]);
    model.unflatten_parameters(&context.zeros([12]).unwrap()).unwrap();
    assert_eq!(model.parameter("1.weight").unwrap().to_vec::<f32>().unwrap(), [0.0; 4]);
    assert_eq!(model.pack_parameters().unwrap().shape(), [12]);
    model.to_dtype(DType::FLOAT64).unwrap();
    assert_eq!(model.parameter("0.weight").unwrap().dtype(), DType::FLOAT64);
}

#[test]
fn parametrizations_compute_a_weight() {
    let context = context();
    let layer = module(&context, "Linear(2, 2)");
    let before = layer.parameter("weight").unwrap().to_vec::<f32>().unwrap();
    layer.parametrize("weight", "weight_norm(dim=0)").unwrap();
    assert_eq!(layer.class_name(), "ParametrizedLinear");
    let now = layer.parametrized("weight").unwrap().to_vec::<f32>().unwrap();
    assert!(before.iter().zip(&now).all(|(a, b)| (a - b).abs() < 1e-6));
    layer.remove_parametrizations("weight", true).unwrap();
    assert_eq!(layer.class_name(), "Linear");
}

#[test]
fn a_lazy_module_learns_its_shape() {
    let context = context();
    let lazy = module(&context, "LazyLinear(3)");
    assert!(lazy.named_parameters().unwrap().iter().all(|entry| entry.is_uninitialized()));
    lazy.initialize_parameters(&context.ones([1, 5]).unwrap()).unwrap();
    assert_eq!(lazy.parameter("weight").unwrap().shape(), [3, 5]);
}

#[test]
fn calls_take_values_and_keywords() {
    let context = context();
    let relu = module(&context, "ReLU()");
    let x = context.tensor(&[-1f32, 1.0], [2]).unwrap();
    let out = relu.call(&[Value::from(&x)], &[]).unwrap();
    assert_eq!(out.as_tensor().unwrap().to_vec::<f32>().unwrap(), [0.0, 1.0]);
    assert!(relu.call(&[Value::from(&x)], &[("nothing", Value::from(1))]).is_err());
}

#[test]
fn values_go_there_and_back() {
    let context = context();
    let inner = Value::Tuple(vec![Value::None, Value::Bool(true), Value::Complex(1.0, 2.0)]);
    let value = Value::dict([
        ("big", Value::BigInt("123456789012345678901234567890".into())),
        ("bytes", Value::Bytes(vec![0, 1, 2])),
        ("inner", inner),
        ("tensor", Value::from(context.ones([1]).unwrap())),
    ]);
    let state = duramen::StateDict::new(&context).unwrap();
    state.set_value("all", value.clone()).unwrap();
    let back = state.value("all").unwrap();
    assert_eq!(format!("{:?}", back), format!("{:?}", value));
    assert_eq!(
        refused(state.set_value("bad", Value::Dict(vec![(Value::List(vec![]), Value::None)]))),
        Code::InvalidArgument
    );
}
