//! Modules, functions and hooks of the program's own, and what they must not do.
use crate::{context, module, refused};
use duramen::{
    CallHooks, CallInputs, Code, Context, Error, Hooks, ItemKind, Module, OwnFunction, OwnModule, Result, Saved,
    Tensor, Value,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

type Body = Rc<dyn Fn(&Module, &Tensor) -> Result<Tensor>>;

/// Forward is whatever the test says.
struct Does(Body);

impl OwnModule for Does {
    fn class_name(&self) -> String {
        "Does".into()
    }
    fn forward(&self, module: &Module, input: &Tensor) -> Result<Tensor> {
        (self.0)(module, input)
    }
    fn extra_repr(&self) -> String {
        "it".into()
    }
}

fn does(context: &Context, body: impl Fn(&Module, &Tensor) -> Result<Tensor> + 'static) -> Module {
    Module::own(context, Does(Rc::new(body))).unwrap()
}

#[test]
fn an_own_module_is_part_of_a_tree() {
    let context = context();
    let double = does(&context, |_, x| x * 2.0);
    let model = module(&context, "Sequential(Identity())");
    model.append(&double).unwrap();
    assert_eq!(model.forward(&context.ones([2]).unwrap()).unwrap().to_vec::<f32>().unwrap(), [2.0, 2.0]);
    assert_eq!(model.to_string(), "Sequential(\n  (0): Identity()\n  (1): Does(it)\n)");
    assert_eq!(refused(model.deepcopy()), Code::Unsupported);
    assert_eq!(refused(double.call(&[], &[])), Code::InvalidArgument);
}

#[test]
fn an_error_of_a_callback_arrives_as_it_is() {
    let context = context();
    let own = does(&context, |_, _| Err(Error::with_status(-4321, "not today")));
    let error = own.forward(&context.ones([1]).unwrap()).unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::User(-4321), "not today"));
    let library = does(&context, |module, _| module.parameter("nothing"));
    assert_eq!(library.forward(&context.ones([1]).unwrap()).unwrap_err().torch_error(), Some("AttributeError"));
}

#[test]
fn a_panic_becomes_an_error() {
    let context = context();
    let own = does(&context, |_, _| panic!("told to {}", "panic"));
    let error = own.forward(&context.ones([1]).unwrap()).unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Panic, "panic: told to panic"));
    assert_eq!(own.forward(&context.ones([1]).unwrap()).unwrap_err().code(), Code::Panic);
}

#[test]
fn a_tree_cannot_be_edited_while_it_is_walked() {
    let context = context();
    let model = module(&context, "Sequential()");
    let above = Rc::new(RefCell::new(Some(model.clone())));
    let inner = above.clone();
    let own = does(&context, move |module, x| {
        let parent = inner.borrow().clone().unwrap();
        assert_eq!(refused(parent.clear()), Code::State);
        assert_eq!(refused(parent.append(module)), Code::State);
        assert_eq!(refused(module.register_buffer("b", x)), Code::State);
        assert_eq!(refused(module.load_state_dict(&module.state_dict()?)), Code::State);
        assert_eq!(refused(module.derive(Does(Rc::new(|_, x| Ok(x.clone()))))), Code::State);
        Ok(x.clone())
    });
    model.append(&own).unwrap();
    model.forward(&context.ones([1]).unwrap()).unwrap();
    above.borrow_mut().take();
    model.clear().unwrap();
}

#[test]
fn a_callback_may_train_another_network() {
    let context = context();
    let own = does(&context, |module, x| {
        let w = x.context().ones([1])?.with_grad()?;
        (&w * 3.0)?.backward()?;
        x * module.context().scalar(w.grad()?.unwrap().item()?)?
    });
    assert_eq!(own.forward(&context.ones([1]).unwrap()).unwrap().item().unwrap(), 3.0);
}

/// Counts its calls, in its state too.
struct Counter {
    count: Cell<i64>,
    gone: Rc<Cell<u32>>,
}

impl OwnModule for Counter {
    const VERSION: i64 = 3;
    const HAS_EXTRA_STATE: bool = true;
    fn class_name(&self) -> String {
        "Counter".into()
    }
    fn forward(&self, _: &Module, input: &Tensor) -> Result<Tensor> {
        self.count.set(self.count.get() + 1);
        Ok(input.clone())
    }
    fn duplicate(&self) -> Option<Self> {
        Some(Counter { count: self.count.clone(), gone: self.gone.clone() })
    }
    fn extra_state(&self, _: &Module) -> Result<Value> {
        Ok(self.count.get().into())
    }
    fn set_extra_state(&self, _: &Module, state: &Value) -> Result<()> {
        self.count.set(state.as_int().ok_or_else(|| Error::new("not a count"))?);
        Ok(())
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.gone.set(self.gone.get() + 1);
    }
}

#[test]
fn extra_state_copies_and_destruction() {
    let (context, gone) = (context(), Rc::new(Cell::new(0)));
    let counter = Module::own(&context, Counter { count: Cell::new(0), gone: gone.clone() }).unwrap();
    counter.forward(&context.ones([1]).unwrap()).unwrap();
    let state = counter.state_dict().unwrap();
    assert_eq!(state.value("_extra_state").unwrap().as_int(), Some(1));
    assert_eq!(state.version("").unwrap(), 3);
    let copy = counter.deepcopy().unwrap();
    state.set_value("_extra_state", 7).unwrap();
    copy.load_state_dict(&state).unwrap();
    assert_eq!(copy.state_dict().unwrap().value("_extra_state").unwrap().as_int(), Some(7));
    assert_eq!(counter.state_dict().unwrap().value("_extra_state").unwrap().as_int(), Some(1));
    state.set_value("_extra_state", "many").unwrap();
    assert_eq!(copy.load_state_dict(&state).unwrap_err().message(), "not a count");
    drop(counter);
    assert_eq!(gone.get(), 1);
    drop(copy);
    assert_eq!(gone.get(), 2);
}

#[test]
fn a_class_is_derived_from_one_of_the_librarys() {
    let context = context();
    let layer = module(&context, "Linear(1, 1, bias=False)");
    struct Negated;
    impl OwnModule for Negated {
        fn class_name(&self) -> String {
            "Negated".into()
        }
        fn forward(&self, module: &Module, input: &Tensor) -> Result<Tensor> {
            module.call_base(&[input.into()], &[])?.as_tensor().unwrap().neg()
        }
        fn extra_repr(&self) -> String {
            "negated".into()
        }
    }
    let x = context.ones([1, 1]).unwrap();
    let before = layer.forward(&x).unwrap().item().unwrap();
    layer.derive(Negated).unwrap();
    assert_eq!(layer.forward(&x).unwrap().item().unwrap(), -before);
    assert_eq!(layer.to_string(), "Negated(negated)");
    assert_eq!(layer.extra_repr_base().unwrap(), "in_features=1, out_features=1, bias=False");
}

/// y = (x, 2x): a gradient of its own for both.
struct Twice;

impl OwnFunction for Twice {
    const OUTPUTS: u32 = 2;
    fn name(&self) -> String {
        "TwiceBackward".into()
    }
    fn forward(&self, saved: &Saved<'_>, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        saved.save(&inputs[0])?;
        saved.set_value("kept")?;
        assert!(saved.needs_input_grad(0) && !saved.context().grad_enabled());
        Ok(vec![inputs[0].copy()?, (&inputs[0] * 2.0)?])
    }
    fn backward(&self, saved: &Saved<'_>, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        assert_eq!(saved.value()?.as_text(), Some("kept"));
        let x = saved.tensor(0)?.unwrap();
        Ok(vec![Some((&x * (grads[0].as_ref().unwrap() + grads[1].as_ref().unwrap()))?)])
    }
}

#[test]
fn a_function_has_its_own_gradient() {
    let context = context();
    let x = context.tensor(&[3f32], [1]).unwrap().with_grad().unwrap();
    let both = Twice.apply_many(&[&x]).unwrap();
    assert_eq!(both[1].item().unwrap(), 6.0);
    assert_eq!(both[0].grad_fn_name().unwrap().as_deref(), Some("TwiceBackward"));
    (&both[0] + &both[1]).unwrap().backward().unwrap();
    assert_eq!(x.grad().unwrap().unwrap().item().unwrap(), 6.0);
    assert_eq!(refused(Twice.apply_many(&[])), Code::InvalidArgument);
}

#[test]
fn a_backward_that_panics_changes_no_gradient() {
    struct Fails;
    impl OwnFunction for Fails {
        fn name(&self) -> String {
            "FailsBackward".into()
        }
        fn forward(&self, _: &Saved<'_>, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
            Ok(vec![inputs[0].copy()?])
        }
        fn backward(&self, _: &Saved<'_>, _: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
            panic!("no way back")
        }
    }
    let context = context();
    let x = context.ones([1]).unwrap().with_grad().unwrap();
    assert_eq!(refused(Fails.apply(&[&x]).unwrap().backward()), Code::Panic);
    assert!(x.grad().unwrap().is_none());
}

#[test]
fn hooks_see_registrations_and_states() {
    let context = context();
    let model = module(&context, "Sequential(Linear(1, 1))");
    let seen = Rc::new(RefCell::new(Vec::new()));
    let (registered, exported) = (seen.clone(), seen.clone());
    let id = model
        .add_hooks(
            Hooks::new()
                .register_buffer(move |_, name, tensor| {
                    registered.borrow_mut().push(name.to_string());
                    tensor.map(|tensor| tensor * 2.0).transpose()
                })
                .after_state_dict(move |_, dict, prefix| {
                    exported.borrow_mut().push(format!("state of '{}'", prefix));
                    dict.set_value("extra", 1)
                }),
        )
        .unwrap();
    let inner = model.submodule("0").unwrap();
    inner.register_buffer("b", &context.ones([1]).unwrap()).unwrap();
    assert_eq!(inner.buffer("b").unwrap().unwrap().item().unwrap(), 2.0);
    assert!(model.state_dict().unwrap().contains("extra").unwrap());
    assert_eq!(*seen.borrow(), ["b", "state of ''"]);
    model.remove_hooks(id).unwrap();
    assert_eq!(refused(model.remove_hooks(id)), Code::NotFound);
    assert_eq!(Rc::strong_count(&seen), 1);
}

#[test]
fn a_hook_may_remove_itself_and_edit_the_tree() {
    let context = context();
    let model = module(&context, "Linear(1, 1)");
    let id = Rc::new(Cell::new(None));
    let own = id.clone();
    let hooks = Hooks::new().before_state_dict(move |module, _| {
        module.remove_hooks(own.get().unwrap())?;
        module.register_buffer("late", &module.context().ones([1])?)
    });
    id.set(Some(model.add_hooks(hooks).unwrap()));
    assert!(model.state_dict().unwrap().contains("late").unwrap());
    assert_eq!(Rc::strong_count(&id), 1);
}

#[test]
fn a_load_hook_edits_what_is_missing() {
    let context = context();
    let model = module(&context, "Linear(1, 1)");
    let state = model.state_dict().unwrap();
    state.remove("bias").unwrap();
    model
        .add_hooks(Hooks::new().after_load(|_, _, notes| {
            assert_eq!(notes.list(ItemKind::Missing)?, ["bias"]);
            notes.remove(ItemKind::Missing, "bias")
        }))
        .unwrap();
    model.load_state_dict(&state).unwrap();
    model.add_hooks(Hooks::new().before_load(|_, _, _, _| panic!("no load"))).unwrap();
    assert_eq!(refused(model.load_state_dict(&state)), Code::Panic);
}

/// y = 3 x, in a container, and its layer.
fn scaling(context: &Context) -> (Module, Module) {
    let net = module(context, "Sequential(Linear(1, 1, bias=False))");
    let layer = net.submodule("0").unwrap();
    let _guard = context.no_grad().unwrap();
    layer.parameter("weight").unwrap().fill(3.0).unwrap();
    (net, layer) // where the guard ends
}

#[test]
fn hooks_of_calls_see_and_change_what_passes() {
    let context = context();
    let (net, layer) = scaling(&context);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let (outputs, output_grads, input_grads) = (seen.clone(), seen.clone(), seen.clone());
    let hooks = CallHooks::new()
        .before_forward(|_, inputs| {
            assert!(inputs.keywords.is_empty());
            let doubled = (inputs.arguments[0].as_tensor().unwrap() * 2.0)?;
            Ok(Some(CallInputs { arguments: vec![doubled.into()], ..CallInputs::default() }))
        })
        .after_forward(move |module, _, output| {
            assert_eq!(module.class_name(), "Linear");
            outputs.borrow_mut().push(output.as_tensor().unwrap().item()?);
            Ok(Some((output.as_tensor().unwrap() + 1.0)?.into()))
        })
        .before_backward(move |_, grads| {
            output_grads.borrow_mut().push(grads[0].as_ref().unwrap().item()?);
            Ok(vec![Some((grads[0].as_ref().unwrap() * 10.0)?)])
        })
        .after_backward(move |_, inputs, outputs| {
            input_grads
                .borrow_mut()
                .extend([inputs[0].as_ref().unwrap().item()?, outputs[0].as_ref().unwrap().item()?]);
            Ok(Vec::new())
        });
    let id = layer.add_call_hooks(hooks).unwrap();
    assert!(layer.has_call_hooks() && !net.has_call_hooks());
    let x = context.ones([1, 1]).unwrap().with_grad().unwrap();
    let y = net.forward(&x).unwrap();
    assert_eq!(y.item().unwrap(), 7.0);
    y.backward().unwrap();
    assert_eq!(*seen.borrow(), [6.0, 1.0, 30.0, 10.0]);
    assert_eq!(x.grad().unwrap().unwrap().item().unwrap(), 60.0);
    layer.remove_hooks(id).unwrap();
    assert_eq!(Rc::strong_count(&seen), 1);
}

#[test]
fn a_hook_of_calls_that_fails_stops_them() {
    let context = context();
    let (net, layer) = scaling(&context);
    let told = Rc::new(Cell::new(false));
    let always = told.clone();
    layer.add_call_hooks(CallHooks::new().after_forward(|_, _, _| Err(Error::new("not today")))).unwrap();
    let hears = CallHooks::new().always().after_forward(move |_, _, _| {
        always.set(true);
        Ok(None)
    });
    layer.add_call_hooks(hears).unwrap();
    let x = context.ones([1, 1]).unwrap();
    assert_eq!(net.forward(&x).unwrap_err().message(), "not today");
    assert!(told.get());
    let first = CallHooks::new().first().before_forward(|module, _| {
        module.register_buffer("late", &module.context().ones([1])?).map(|_| None)
        // a tree is being run
    });
    layer.add_call_hooks(first).unwrap();
    assert_eq!(refused(net.forward(&x)), Code::State);
    let (other, _) = scaling(&context);
    let short = CallHooks::new().before_backward(|_, _| Ok(vec![None, None]));
    other.add_call_hooks(short).unwrap();
    let loss = other.forward(&x).unwrap();
    assert!(loss.backward().unwrap_err().message().contains("wrong number of tensors (expected 1, got 2)"));
    assert_eq!(refused(other.add_call_hooks(CallHooks::new())), Code::InvalidArgument);
}

#[test]
fn a_log_sink_hears_warnings_and_cannot_call_back() {
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = heard.clone();
    let context = Context::builder()
        .log(move |level, message| {
            let inside = Context::new().map(|_| ()).unwrap_err();
            sink.lock().unwrap().push((level, message.to_string(), inside.code()));
        })
        .build()
        .unwrap();
    module(&context, "Linear(1, 1)").parameter("bias").unwrap().init("zeros_").unwrap();
    let empty = context.zeros([0]).unwrap();
    empty.init("kaiming_uniform_").unwrap_or(());
    context.zeros([0, 1]).unwrap().init("kaiming_uniform_").unwrap();
    let heard = heard.lock().unwrap();
    assert!(!heard.is_empty() && heard.iter().all(|(_, text, code)| !text.is_empty() && *code == Code::State));
}
