// E0597: `listing` does not live long enough
pub fn first(model: &duramen::Module) -> usize {
    let name;
    {
        let listing = model.named_parameters().unwrap();
        name = listing.iter().next().unwrap().name();
    }
    name.len()
}
