//! What a call through Rust costs, for bench/vs_bindings.py: one line of JSON with medians in nanoseconds, of a listing of
//! 20,000 entries that is read to its end, and of a forward of a small network.
use duramen::{Context, Kind, Module, Result};
use std::time::Instant;

/// The median time of a run, of so many samples of so many runs each.
fn median(samples: usize, runs: u32, mut run: impl FnMut() -> Result<()>) -> Result<u128> {
    let mut times = Vec::with_capacity(samples);
    for _ in 0..samples {
        let start = Instant::now();
        for _ in 0..runs {
            run()?;
        }
        times.push(start.elapsed().as_nanos() / u128::from(runs));
    }
    times.sort_unstable();
    Ok(times[samples / 2])
}

fn listing(context: &Context) -> Result<u128> {
    const ENTRIES: usize = 20_000;
    let layers = vec!["BatchNorm1d(1)"; ENTRIES / 5].join(", ");
    let tree = Module::from_text(context, &format!("Sequential({})", layers))?;
    median(101, 1, || {
        let (mut count, mut letters) = (0, 0);
        for entry in &tree.list(duramen::List::new())? {
            if matches!(entry.kind(), Kind::Parameter | Kind::Buffer) {
                count += 1;
                letters += entry.name().len();
            }
        }
        assert!(count == ENTRIES && letters > ENTRIES);
        Ok(())
    })
}

fn forward(context: &Context) -> Result<u128> {
    let model = Module::from_text(context, "Sequential(Linear(64, 64), ReLU(), Linear(64, 10))")?;
    let x = context.full([1, 64], 0.5)?;
    model.eval()?;
    let _guard = context.no_grad()?;
    median(301, 200, || model.forward(&x).map(drop))
}

fn main() -> Result<()> {
    let context = Context::new()?;
    let forward = forward(&context)?; // first: a tree of 20,000 entries that was freed leaves the heap in pieces
    println!("{{\"listing_20000_ns\": {}, \"forward_mlp_ns\": {}}}", listing(&context)?, forward);
    Ok(())
}
