use crate::{context, module, refused};
use duramen::{Code, Context, Module, OwnModule, Tensor};

#[test]
fn many_threads_run_one_module() {
    let model = module(&context(), "Sequential(Linear(4, 8), BatchNorm1d(8), ReLU(), Linear(8, 2))");
    let shared = model.share().unwrap();
    model.eval().unwrap();
    let x = context().ones([3, 4]).unwrap();
    let wanted = model.forward(&x).unwrap().to_vec::<f32>().unwrap();
    std::thread::scope(|scope| {
        let run = || {
            let context = Context::new().unwrap();
            let x = context.ones([3, 4]).unwrap();
            (0..50).map(|_| shared.forward(&x).unwrap().to_vec::<f32>().unwrap()).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        for thread in threads {
            assert!(thread.join().unwrap().iter().all(|values| *values == wanted));
        }
    });
    let context = context();
    let own = shared.to_module(&context).unwrap();
    assert!(
        !own.is_training()
            && own.list(duramen::List::new().only_trainable()).unwrap().iter().all(|e| !e.requires_grad())
    );
    own.parameter("0.bias").unwrap().fill(5.0).unwrap(); // its own memory: the shared one stays
    assert_eq!(shared.forward(&context.ones([3, 4]).unwrap()).unwrap().to_vec::<f32>().unwrap(), wanted);
    let own = shared.to_module(&context).unwrap();
    assert!(own.state_dict().unwrap().diff(&model.state_dict().unwrap()).unwrap().is_equal());
}

#[test]
fn gradients_flow_through_it_to_the_input_only() {
    let context = context();
    let shared = module(&context, "Linear(2, 1)").share().unwrap();
    let x = context.ones([1, 2]).unwrap().with_grad().unwrap();
    shared.forward(&x).unwrap().sum().unwrap().backward().unwrap();
    assert!(x.grad().unwrap().is_some());
}

struct Own;
impl OwnModule for Own {
    fn class_name(&self) -> String {
        "Own".into()
    }
    fn forward(&self, _: &Module, input: &Tensor) -> duramen::Result<Tensor> {
        Ok(input.clone())
    }
}

#[test]
fn what_could_write_to_itself_is_refused() {
    let context = context();
    assert_eq!(refused(Module::own(&context, Own).unwrap().share()), Code::Unsupported);
    assert_eq!(refused(module(&context, "LazyLinear(1)").share()), Code::Unsupported);
    assert_eq!(refused(module(&context, "Embedding(4, 2, max_norm=1.0)").share()), Code::Unsupported);
    module(&context, "Embedding(4, 2)").share().unwrap();
}
