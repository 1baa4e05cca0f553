use crate::{context, module, refused};
use duramen::{Code, ItemKind, Load, Policy, RenameRules, StateDict, Value};

#[test]
fn a_dict_is_a_mapping() {
    let context = context();
    let state = StateDict::new(&context).unwrap();
    state.set("a", &context.ones([1]).unwrap()).unwrap();
    state.set_value("epoch", 3).unwrap();
    assert!(state.contains("a").unwrap() && !state.contains("b").unwrap());
    assert_eq!(state.value("epoch").unwrap().as_int(), Some(3));
    assert_eq!(refused(state.get("epoch")), Code::DtypeMismatch);
    let error = state.get("epohc").unwrap_err();
    assert_eq!(error.nearest(), Some("epoch"));
    state.remove("a").unwrap();
    assert_eq!(state.len(), 1);
    state.set_metadata("key", "value").unwrap();
    assert_eq!(state.metadata_keys().unwrap(), ["key"]);
    state.set_version("", 2).unwrap();
    assert_eq!((state.has_versions(), state.version("").unwrap()), (true, 2));
    assert_eq!(state.version_paths().unwrap(), [""]);
    let nested = Value::dict([("model", state.to_value().unwrap())]);
    assert_eq!(StateDict::from_value(&context, &nested, Some("model")).unwrap().len(), 1);
}

#[test]
fn a_snapshot_stays_and_a_view_lives() {
    let context = context();
    let model = module(&context, "Linear(1, 1)");
    let (live, still) = (model.state_dict().unwrap(), model.state_dict().unwrap().snapshot().unwrap());
    model.parameter("bias").unwrap().detach().unwrap().fill(9.0).unwrap();
    assert_eq!(live.get("bias").unwrap().item().unwrap(), 9.0);
    assert_ne!(still.get("bias").unwrap().item().unwrap(), 9.0);
    let vars = model.state_dict_with("net.", true).unwrap();
    assert!(vars.get("net.bias").unwrap().is_same(&model.parameter("bias").unwrap()));
}

#[test]
fn a_load_is_all_or_nothing() {
    let context = context();
    let model = module(&context, "Sequential(Linear(2, 1), Linear(1, 1))");
    let before = model.state_dict().unwrap().digest().unwrap();
    let other = module(&context, "Sequential(Linear(2, 1), Linear(2, 1))").state_dict().unwrap();
    let error = model.load_state_dict(&other).unwrap_err();
    assert_eq!(error.code(), Code::Incompatible);
    let report = error.load_report().unwrap();
    let item = report.items().find(|item| item.kind == ItemKind::ShapeMismatch).unwrap();
    assert_eq!((item.name, item.expected_shape, item.actual_shape), ("1.weight", &[1i64, 1][..], &[1i64, 2][..]));
    assert!(item.is_error && error.detail("torch_message").unwrap().contains("size mismatch"));
    assert_eq!(model.state_dict().unwrap().digest().unwrap(), before);
    let report = model.match_state_dict(&other, Load::new().skip_mismatched()).unwrap();
    assert_eq!(report.loaded(), 3);
    let policies = [("1.*", Policy::new().skip_mismatched())];
    model.load_state_dict_with(&other, Load::new().policies(&policies)).unwrap();
}

#[test]
fn names_are_renamed_on_the_way_in() {
    let context = context();
    let model = module(&context, "Linear(2, 1)");
    let state = StateDict::new(&context).unwrap();
    state.set("module.kernel", &context.ones([1, 2]).unwrap()).unwrap();
    state.set("module.bias", &context.ones([1]).unwrap()).unwrap();
    let mut rules = RenameRules::from_texts(["strip:module."]).unwrap();
    rules.add_fn("kernels", |name| (name == "kernel").then(|| "weight".to_string())).unwrap();
    assert_eq!(rules.texts().unwrap(), ["strip:module.", "kernels"]);
    assert_eq!(rules.preview(&state).unwrap().names(ItemKind::Renamed).len(), 2);
    let report = model.load_state_dict_with(&state, Load::new().rename(&rules)).unwrap();
    assert_eq!(
        report.items().filter(|item| item.kind == ItemKind::Renamed).map(|item| item.origin).last(),
        Some("module.bias")
    );
    assert_eq!(model.parameter("weight").unwrap().to_vec::<f32>().unwrap(), [1.0, 1.0]);
    assert!(RenameRules::presets().unwrap().len() > 3);
    assert_eq!(refused(RenameRules::from_texts(["nothing"])), Code::InvalidArgument);
}

#[test]
fn a_rule_that_panics_is_an_error() {
    let context = context();
    let state = module(&context, "Linear(1, 1)").state_dict().unwrap();
    let mut rules = RenameRules::new().unwrap();
    rules.add_fn("bad", |_| panic!("no name")).unwrap();
    let error = state.rename(&rules).unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Panic, "panic: no name"));
}

#[test]
fn dicts_are_compared() {
    let context = context();
    let model = module(&context, "Linear(2, 1)");
    let other = model.deepcopy().unwrap();
    let diff = |a: &duramen::Module| a.state_dict().unwrap().diff(&other.state_dict().unwrap()).unwrap();
    assert!(diff(&model).is_equal() && diff(&model).equal_count() == 2);
    model.parameter("bias").unwrap().detach().unwrap().fill(100.0).unwrap();
    let found = diff(&model);
    let first = found.iter().next().unwrap();
    assert!(first.in_elements() && first.name() == "bias" && first.different() == 1);
    assert!(first.distance().unwrap() > 99.0);
    assert!(found.to_json().unwrap().contains("\"bias\""));
}
