// E0597: `report` does not live long enough
pub fn first(error: &duramen::Error) -> usize {
    let name;
    {
        let report = error.load_report().unwrap();
        name = report.items().next().unwrap().name;
    }
    name.len()
}
