// E0521: borrowed data escapes outside of
use duramen::{OwnFunction, Result, Saved, Tensor};

pub struct Keeps;

thread_local! {
    static KEPT: std::cell::Cell<Option<&'static Saved<'static>>> = std::cell::Cell::new(None);
}

fn keep(kept: &'static Saved<'static>) {
    KEPT.with(|cell| cell.set(Some(kept)));
}

impl OwnFunction for Keeps {
    fn name(&self) -> String {
        String::new()
    }
    fn forward(&self, saved: &Saved<'_>, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        keep(saved);
        Ok(inputs.to_vec())
    }
    fn backward(&self, _: &Saved<'_>, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        Ok(grads.to_vec())
    }
}
