// E0502: immutable borrow later used here
pub fn added(rules: &mut duramen::RenameRules) -> bool {
    let held: &duramen::RenameRules = rules;
    rules.add("strip:a.").unwrap();
    held.is_empty()
}
