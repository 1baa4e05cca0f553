//! The scenario of bindings/scenario.md: scenario DATA, in a folder that files may be written into.
use duramen::{
    optim, Checkpoint, Context, DType, Difference, Error, FromText, Load, Module, Open, OwnModule, Result, StateDict,
    Tensor,
};
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

/// y = inner(x) * scale, where `scale` is a parameter of one element.
struct Scale {
    fails: Rc<Cell<bool>>,
}

impl OwnModule for Scale {
    fn class_name(&self) -> String {
        "Scale".into()
    }

    fn forward(&self, module: &Module, x: &Tensor) -> Result<Tensor> {
        if self.fails.get() {
            return Err(Error::new("scale: told to fail"));
        }
        module.submodule("inner")?.forward(x)? * module.parameter("scale")?
    }

    fn duplicate(&self) -> Option<Self> {
        Some(Scale { fails: self.fails.clone() })
    }
}

fn numbers(tensor: &Tensor) -> Result<String> {
    let values = tensor.to_vec::<f64>()?;
    Ok(values.iter().map(|x| format!("{:.4}", x)).collect::<Vec<_>>().join(" "))
}

fn yes(condition: bool) -> &'static str {
    if condition {
        "yes"
    } else {
        "no"
    }
}

fn refused<T>(what: &str, outcome: Result<T>) {
    let error = match outcome {
        Ok(_) => panic!("{}: was not refused", what),
        Err(error) => error,
    };
    println!("{}: {}: {}", what, error.code(), error.message());
    let mut details: Vec<_> = error.details().filter(|(key, _)| !["function", "torch_message"].contains(key)).collect();
    details.sort_unstable();
    for (key, value) in details {
        println!("  {} = {}", key, value);
    }
}

fn build(context: &Context) -> Result<Module> {
    println!("== build");
    let model = Module::from_text(context, "Sequential(Linear(3, 2), BatchNorm1d(2))")?;
    println!("{}", model);
    println!("weight: {}", numbers(&model.parameter("0.weight")?)?);
    println!("digest: {}", model.state_dict()?.digest()?);
    Ok(model)
}

fn names(state: &StateDict) -> Result<String> {
    Ok(state.list()?.iter().map(|entry| entry.name()).collect::<Vec<_>>().join(", "))
}

fn list(model: &Module) -> Result<()> {
    println!("== list");
    for (kind, listing) in [("parameter", model.named_parameters()?), ("buffer", model.named_buffers()?)] {
        for entry in &listing {
            let dtype = entry.dtype().expect("a tensor");
            let flag = if entry.requires_grad() { " requires_grad" } else { "" };
            println!("{} {}: {} {:?}{}", kind, entry.name(), dtype, entry.shape(), flag);
        }
    }
    let modules = model.named_modules()?;
    let paths: Vec<_> =
        modules.iter().map(|entry| if entry.name().is_empty() { "(root)" } else { entry.name() }).collect();
    println!("modules: {}", paths.join(", "));
    println!("state: {}", names(&model.state_dict()?)?);
    Ok(())
}

/// The file is mapped, so that its tensors are read-only.
fn load(context: &Context, model: &Module, data: &Path) -> Result<StateDict> {
    println!("== load");
    // SAFETY: nobody changes the test data while this program runs.
    let checkpoint = unsafe { Open::new().open_mapped(context, data.join("nested.pt"))? };
    println!("format: {}", checkpoint.format());
    let content = checkpoint.content();
    println!("epoch: {}", content.get("epoch").and_then(|value| value.as_int()).expect("an int"));
    println!("loss: {:.4}", content.get("loss").and_then(|value| value.as_float()).expect("a float"));
    println!("name: {}", content.get("name").and_then(|value| value.as_text()).expect("a text"));
    let state = checkpoint.state_dict_at("state_dict")?;
    for entry in &state.list()? {
        println!("{}: {}", entry.name(), numbers(&entry.tensor().expect("a tensor"))?);
    }
    let report = model.load_state_dict(&state)?;
    let count = |kind| report.names(kind).len();
    println!("missing: {}, unexpected: {}", count(duramen::ItemKind::Missing), count(duramen::ItemKind::Unexpected));
    let other = Module::from_text(context, "Linear(3, 2)")?.state_dict()?;
    let report = model.load_state_dict_with(&other, Load::new().not_strict())?;
    println!("missing: {}", report.names(duramen::ItemKind::Missing).join(", "));
    println!("unexpected: {}", report.names(duramen::ItemKind::Unexpected).join(", "));
    Ok(state)
}

fn twice(model: &Module, x: &Tensor) -> Result<()> {
    let loss = model.forward(x)?.sum()?;
    loss.backward()?;
    loss.backward()
}

fn errors(context: &Context, model: &Module, mapped: &StateDict) -> Result<()> {
    println!("== errors");
    refused("text", Module::from_text(context, "Linear(3"));
    refused("path", model.submodule("7"));
    refused("name", model.register_parameter("0", None));
    refused("shape", model.forward(&context.zeros([2, 5])?));
    refused("dtype", model.forward(&context.zeros_of(DType::FLOAT64, [2, 3])?));
    refused("state", twice(model, &context.ones([2, 3])?));
    refused("read-only", mapped.get("0.bias")?.fill(0.0));
    refused("operator", context.zeros([1])?.op("relo", &[]));
    refused("size", context.zeros([1 << 40, 1 << 40]));
    refused("memory", context.zeros([1 << 50]));
    refused("file", Checkpoint::open(context, "missing.safetensors"));
    std::fs::write("damaged.safetensors", b"\x0a\0\0\0\0\0\0\0{\"a\": 1}  ")?;
    refused("damage", Checkpoint::open(context, "damaged.safetensors"));
    refused("fit", model.load_state_dict(&Module::from_text(context, "Linear(3, 2)")?.state_dict()?));
    let x = context.zeros([2, 3])?;
    context.canceller().cancel();
    refused("cancel", model.forward(&x));
    context.reset_cancel();
    Ok(())
}

fn forward(context: &Context, model: &Module) -> Result<Tensor> {
    println!("== forward");
    model.eval()?;
    let x = context.tensor(&[0.5f32, -1.0, 2.0, 1.5, 0.25, -0.75], [2, 3])?;
    let _guard = context.no_grad()?;
    println!("output: {}", numbers(&model.forward(&x)?)?);
    Ok(x)
}

fn train(context: &Context, model: &Module, x: &Tensor) -> Result<()> {
    println!("== train");
    model.train()?;
    let target = context.tensor(&[0i64, 1], [2])?;
    let mut optimizer = optim::SGD::new().lr(0.1).momentum(0.9).build(context, &model.parameters()?)?;
    for step in 0..3 {
        optimizer.zero_grad()?;
        let loss = model.forward(x)?.op("cross_entropy", &[&target])?;
        loss.backward()?;
        optimizer.step()?;
        println!("step {}: loss {:.4}", step, loss.item()?);
    }
    let state = model.state_dict()?;
    for name in ["1.weight", "1.bias", "1.running_mean", "1.num_batches_tracked"] {
        println!("{}: {}", name, numbers(&state.get(name)?)?);
    }
    Ok(())
}

fn own_module(context: &Context, x: &Tensor) -> Result<Module> {
    println!("== own module");
    context.seed(1)?;
    let fails = Rc::new(Cell::new(false));
    let scale = Module::own(context, Scale { fails: fails.clone() })?;
    scale.register_child("inner", &Module::from_text(context, "Linear(3, 2)")?)?;
    scale.register_parameter("scale", &context.full([1], 2.0)?.into_parameter()?)?;
    let (model, _) =
        Module::from_text_with(context, "Sequential(first, Tanh())", FromText::new().module("first", &scale))?;
    println!("{}", model);
    let y = model.forward(x)?;
    println!("output: {}", numbers(&y)?);
    y.sum()?.backward()?;
    for entry in &model.named_parameters()? {
        let grad = entry.tensor().expect("a tensor").grad()?.expect("a gradient");
        println!("grad {}: {}", entry.name(), numbers(&grad)?);
    }
    fails.set(true);
    println!("failure: {}", model.forward(x).unwrap_err());
    Ok(model)
}

fn save(context: &Context, model: &Module) -> Result<()> {
    println!("== save");
    let state = model.state_dict()?;
    state.set_metadata("step", "3")?;
    for path in ["own.safetensors", "own.pt"] {
        state.save(path)?;
        let checkpoint = Checkpoint::open(context, path)?;
        let read = checkpoint.state_dict()?;
        let equal = yes(state.diff(&read)?.is_equal());
        println!("{}: {}, {} entries, equal {}", path, checkpoint.format(), read.len(), equal);
    }
    let first = Checkpoint::open(context, "own.safetensors")?.state_dict()?;
    println!("metadata: step = {}", first.metadata("step")?);
    Ok(())
}

fn words(difference: &Difference<'_>) -> String {
    let all = [
        (difference.only_in_a(), "only_a"),
        (difference.only_in_b(), "only_b"),
        (difference.in_value(), "value"),
        (difference.in_shape(), "shape"),
        (difference.in_dtype(), "dtype"),
        (difference.in_elements(), "elements"),
    ];
    all.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

fn compare(context: &Context, model: &Module) -> Result<()> {
    println!("== compare");
    let other = model.deepcopy()?;
    println!("digests equal: {}", yes(model.state_dict()?.digest()? == other.state_dict()?.digest()?));
    let guard = context.no_grad()?;
    other.parameter("0.scale")?.fill(2.5)?;
    other.parameter("0.inner.bias")?.select(0, 0)?.fill(f64::NAN)?;
    drop(guard);
    let diff = model.state_dict()?.diff(&other.state_dict()?)?;
    println!("equal entries: {}", diff.equal_count());
    for entry in diff.iter() {
        let distance = entry.distance().map_or("none".to_string(), |distance| format!("{:.4}", distance));
        let (different, nan) = (entry.different(), entry.nan_in_one());
        println!(
            "{}: {}, {} different, {} nan in one, at most {}",
            entry.name(),
            words(&entry),
            different,
            nan,
            distance
        );
    }
    Ok(())
}

fn main() -> Result<()> {
    let data = std::env::args_os().nth(1).expect("the folder tests/data/torch");
    let context = Context::builder().seed(0).build()?;
    let model = build(&context)?;
    list(&model)?;
    let mapped = load(&context, &model, Path::new(&data))?;
    errors(&context, &model, &mapped)?;
    let x = forward(&context, &model)?;
    train(&context, &model, &x)?;
    let own = own_module(&context, &x)?;
    save(&context, &own)?;
    compare(&context, &own)
}
