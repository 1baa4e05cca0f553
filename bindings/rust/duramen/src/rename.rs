//! Rules that turn the names of one program into those of another.
use crate::border::{call, callback, quiet, Access, Inside};
use crate::error::Result;
use crate::handle::Handle;
use crate::load::LoadReport;
use crate::state_dict::StateDict;
use crate::text::{lent, made_text, made_texts, new_string, text};
use duramen_sys::*;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::ptr::null_mut;

/// A list of rules, applied in its order.
///
/// As a text a rule is "strip:PREFIX", "add:PREFIX", "replace:OLD=NEW", "exact:OLD=NEW",
/// "glob:OLD=NEW" or "preset:NAME".
///
/// ```
/// use duramen::{Context, RenameRules, StateDict};
/// let context = Context::new()?;
/// let state = StateDict::new(&context)?;
/// state.set("module.weight", &context.zeros(&[1])?)?;
/// let mut rules = RenameRules::new()?;
/// rules.add("strip:module.")?;
/// assert!(state.rename(&rules)?.contains("weight")?);
/// # Ok::<(), duramen::Error>(())
/// ```
pub struct RenameRules(Handle<duramen_rename_rules>);

// SAFETY: there is one owner, who writes through `&mut` and reads through `&`; what it holds of the
// program's is Send and Sync.
unsafe impl Send for RenameRules {}
// SAFETY: as above.
unsafe impl Sync for RenameRules {}

type Rule = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

impl RenameRules {
    /// An empty list.
    pub fn new() -> Result<RenameRules> {
        let mut out = null_mut();
        // SAFETY: on success there is one reference; handles and texts live for the call; so below.
        call(Access::Read, |error| unsafe { duramen_rename_rules_create(&mut out, error) })?;
        Ok(RenameRules(unsafe { Handle::adopt(out) }.expect("a call that succeeds gives rules")))
    }

    /// Rules from their texts.
    pub fn from_texts<'a>(rules: impl IntoIterator<Item = &'a str>) -> Result<RenameRules> {
        let mut out = RenameRules::new()?;
        for rule in rules {
            out.add(rule)?;
        }
        Ok(out)
    }

    pub(crate) fn raw(&self) -> *mut duramen_rename_rules {
        self.0.raw()
    }

    /// Adds a rule from its text.
    pub fn add(&mut self, rule: &str) -> Result<()> {
        let (data, length) = text(rule);
        call(Access::Read, |error| unsafe { duramen_rename_rules_add_text(self.raw(), data, length, error) })
    }

    /// Adds a rule of the program's own: it gives the new name, or None for one that stays. It must not
    /// call the library.
    pub fn add_fn(&mut self, name: &str, rule: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Result<()> {
        let (data, length) = text(name);
        let user = Box::into_raw(Box::new(Box::new(rule) as Rule)) as *mut c_void;
        let raw = duramen_rename_callback {
            struct_size: size_of::<duramen_rename_callback>() as u32,
            reserved: 0,
            name: data,
            name_length: length as u64,
            rename: Some(run_rule),
            user,
            destroy: Some(drop_rule),
        };
        let added = call(Access::Read, |error| unsafe { duramen_rename_rules_add_callback(self.raw(), &raw, error) });
        if added.is_err() {
            // SAFETY: on failure the box stays ours.
            drop(unsafe { Box::from_raw(user as *mut Rule) });
        }
        added
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        unsafe { duramen_rename_rules_count(self.raw()) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The texts of the rules.
    pub fn texts(&self) -> Result<Vec<String>> {
        made_texts(|out, error| unsafe { duramen_rename_rules_list(self.raw(), out, error) })
    }

    /// What the rules would do to a dict.
    pub fn preview(&self, dict: &StateDict) -> Result<LoadReport> {
        LoadReport::made(|out, error| unsafe { duramen_rename_rules_preview(self.raw(), dict.raw(), out, error) })
    }

    /// The names of the presets.
    pub fn presets() -> Result<Vec<String>> {
        made_texts(|out, error| unsafe { duramen_rename_preset_list(out, error) })
    }

    /// What a preset does.
    pub fn describe_preset(name: &str) -> Result<String> {
        let (data, length) = text(name);
        made_text(Access::Read, |out, error| unsafe { duramen_rename_preset_describe(data, length, out, error) })
    }
}

impl StateDict {
    /// Another dict with the same tensors under the names that the rules give.
    pub fn rename(&self, rules: &RenameRules) -> Result<StateDict> {
        StateDict::made(self.context(), Access::Read, |out, error| unsafe {
            duramen_state_dict_rename(self.raw(), rules.raw(), out, error)
        })
    }
}

unsafe extern "C" fn run_rule(
    user: *mut c_void,
    name: *const c_char,
    name_length: usize,
    out: *mut *mut duramen_string,
    error: *mut *mut duramen_error,
) -> i32 {
    let rule = &*(user as *const Rule);
    callback(Inside::Closed, error, || {
        if let Some(new_name) = rule(lent(name, name_length)) {
            *out = new_string(&new_name)?.into_raw();
        }
        Ok(())
    })
}

unsafe extern "C" fn drop_rule(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut Rule)));
}
