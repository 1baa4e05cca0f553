// E0133: call to unsafe function
pub fn mapped(context: &duramen::Context) {
    let _ = duramen::Open::new().open_mapped(context, "model.pt");
}
