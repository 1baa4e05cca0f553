//! Hooks: callbacks that see, and may change, what a module registers, exports and loads.
use crate::border::{call, callback, quiet, Access, Inside};
use crate::context::Context;
use crate::error::Result;
use crate::load::ItemKind;
use crate::module::Module;
use crate::state_dict::StateDict;
use crate::tensor::Tensor;
use crate::text::{made_texts, shown, text};
use duramen_sys::*;
use std::mem::{size_of, zeroed};
use std::os::raw::{c_char, c_void};
use std::rc::Rc;

type OnTensor = Box<dyn Fn(&Module, &str, Option<&Tensor>) -> Result<Option<Tensor>>>;
type OnChild = Box<dyn Fn(&Module, &str, Option<&Module>) -> Result<Option<Module>>>;
type OnState = Box<dyn Fn(&Module, &str) -> Result<()>>;
type OnStateDict = Box<dyn Fn(&Module, &StateDict, &str) -> Result<()>>;
type OnLoad = Box<dyn Fn(&Module, &StateDict, &str, &LoadNotes<'_>) -> Result<()>>;
type OnLoaded = Box<dyn Fn(&Module, &str, &LoadNotes<'_>) -> Result<()>>;

/// Hooks to be set on one module; what is not set is not called. Deep copies have them, too.
///
/// ```
/// use duramen::{Context, Hooks, Module, StateDict};
/// let context = Context::new()?;
/// let layer = Module::from_text(&context, "Linear(1, 1, bias=False)")?;
/// // Checkpoints of old call the weight "kernel".
/// let hooks = Hooks::new().before_load(|_, dict, prefix, _| {
///     let old = dict.get(&format!("{}kernel", prefix))?;
///     dict.remove(&format!("{}kernel", prefix))?;
///     dict.set(&format!("{}weight", prefix), &old)
/// });
/// let id = layer.add_hooks(hooks)?;
/// let old = StateDict::new(&context)?;
/// old.set("kernel", &context.full(&[1, 1], 7.0)?)?;
/// layer.load_state_dict(&old)?;
/// assert_eq!(layer.parameter("weight")?.item()?, 7.0);
/// layer.remove_hooks(id)?;
/// # Ok::<(), duramen::Error>(())
/// ```
#[derive(Default)]
pub struct Hooks {
    register_parameter: Option<OnTensor>,
    register_buffer: Option<OnTensor>,
    register_child: Option<OnChild>,
    before_state_dict: Option<OnState>,
    after_state_dict: Option<OnStateDict>,
    before_load: Option<OnLoad>,
    after_load: Option<OnLoaded>,
}

/// The number of hooks that were set together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HookId(u64);

impl HookId {
    pub(crate) fn new(number: u64) -> Self {
        HookId(number)
    }
}

impl Hooks {
    /// None yet.
    pub fn new() -> Self {
        Hooks::default()
    }

    /// A parameter is about to be registered on the module or below it; what comes back takes its place.
    pub fn register_parameter(
        mut self,
        hook: impl Fn(&Module, &str, Option<&Tensor>) -> Result<Option<Tensor>> + 'static,
    ) -> Self {
        self.register_parameter = Some(Box::new(hook));
        self
    }

    /// The same for a buffer, which may be None.
    pub fn register_buffer(
        mut self,
        hook: impl Fn(&Module, &str, Option<&Tensor>) -> Result<Option<Tensor>> + 'static,
    ) -> Self {
        self.register_buffer = Some(Box::new(hook));
        self
    }

    /// The same for a child, which may be None.
    pub fn register_child(
        mut self,
        hook: impl Fn(&Module, &str, Option<&Module>) -> Result<Option<Module>> + 'static,
    ) -> Self {
        self.register_child = Some(Box::new(hook));
        self
    }

    /// The module's state is about to go into a state dict, under a prefix.
    pub fn before_state_dict(mut self, hook: impl Fn(&Module, &str) -> Result<()> + 'static) -> Self {
        self.before_state_dict = Some(Box::new(hook));
        self
    }

    /// The module's state is in the dict, which may be edited.
    pub fn after_state_dict(mut self, hook: impl Fn(&Module, &StateDict, &str) -> Result<()> + 'static) -> Self {
        self.after_state_dict = Some(Box::new(hook));
        self
    }

    /// The module is about to be matched with the dict, whose copy here may be edited.
    pub fn before_load(
        mut self,
        hook: impl Fn(&Module, &StateDict, &str, &LoadNotes<'_>) -> Result<()> + 'static,
    ) -> Self {
        self.before_load = Some(Box::new(hook));
        self
    }

    /// The module is matched, nothing is copied yet; what the notes say then decides.
    pub fn after_load(mut self, hook: impl Fn(&Module, &str, &LoadNotes<'_>) -> Result<()> + 'static) -> Self {
        self.after_load = Some(Box::new(hook));
        self
    }

    fn raw(&self, user: *mut c_void) -> duramen_module_hook {
        // SAFETY: zero is the default of every field.
        let mut raw: duramen_module_hook = unsafe { zeroed() };
        raw.struct_size = size_of::<duramen_module_hook>() as u32;
        raw.user = user;
        raw.destroy = Some(destroy);
        raw.register_parameter = self.register_parameter.as_ref().map(|_| register_parameter as _);
        raw.register_buffer = self.register_buffer.as_ref().map(|_| register_buffer as _);
        raw.register_child = self.register_child.as_ref().map(|_| register_child as _);
        raw.before_state_dict = self.before_state_dict.as_ref().map(|_| before_state_dict as _);
        raw.after_state_dict = self.after_state_dict.as_ref().map(|_| after_state_dict as _);
        raw.before_load = self.before_load.as_ref().map(|_| before_load as _);
        raw.after_load = self.after_load.as_ref().map(|_| after_load as _);
        raw
    }
}

impl Module {
    /// Sets hooks on this module, behind those that it has.
    pub fn add_hooks(&self, hooks: Hooks) -> Result<HookId> {
        let behind = Rc::new(Behind { hooks, context: self.context().clone() });
        let user = Box::into_raw(Box::new(behind.clone()));
        let raw = behind.hooks.raw(user as *mut c_void);
        let mut id = 0;
        // SAFETY: the table is copied; the box lives until its destroy is called.
        let added = call(Access::Edit, |error| unsafe { duramen_module_add_hook(self.raw(), &raw, &mut id, error) });
        if let Err(error) = added {
            // SAFETY: on failure the box stays ours.
            drop(unsafe { Box::from_raw(user) });
            return Err(error);
        }
        Ok(HookId(id))
    }

    /// Removes hooks that were set on this module.
    pub fn remove_hooks(&self, id: HookId) -> Result<()> {
        call(Access::Edit, |error| unsafe { duramen_module_remove_hook(self.raw(), id.0, error) })
    }
}

/// What a load has found so far. It is lent to the hook.
pub struct LoadNotes<'a>(&'a duramen_load_notes);

impl LoadNotes<'_> {
    fn raw(&self) -> *mut duramen_load_notes {
        self.0 as *const _ as *mut _
    }

    fn number(kind: ItemKind) -> i32 {
        match kind {
            ItemKind::Missing => DURAMEN_LOAD_ITEM_MISSING,
            ItemKind::Unexpected => DURAMEN_LOAD_ITEM_UNEXPECTED,
            ItemKind::Failed => DURAMEN_LOAD_ITEM_FAILED,
            _ => 0,
        }
    }

    /// The names that are missing or unexpected, or the lines about what failed.
    pub fn list(&self, kind: ItemKind) -> Result<Vec<String>> {
        // SAFETY: the notes live for the callback; so below.
        made_texts(|out, error| unsafe { duramen_load_notes_list(self.raw(), Self::number(kind), out, error) })
    }

    /// Adds a name, or a line.
    pub fn add(&self, kind: ItemKind, name: &str) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Read, |error| unsafe {
            duramen_load_notes_add(self.raw(), Self::number(kind), data, length, error)
        })
    }

    /// Removes the first of that text.
    pub fn remove(&self, kind: ItemKind, name: &str) -> Result<()> {
        let (data, length) = text(name);
        call(Access::Read, |error| unsafe {
            duramen_load_notes_remove(self.raw(), Self::number(kind), data, length, error)
        })
    }

    /// Removes all of a kind.
    pub fn clear(&self, kind: ItemKind) -> Result<()> {
        call(Access::Read, |error| unsafe { duramen_load_notes_clear(self.raw(), Self::number(kind), error) })
    }
}

/// What `user` points to: the hooks, and the context, which callbacks are not given.
struct Behind {
    hooks: Hooks,
    context: Context,
}

/// What every callback starts with. Names are copied, and the hooks held: a hook may edit what the names
/// were lent by, and remove itself.
struct Called {
    behind: Rc<Behind>,
    module: Module,
    name: String,
}

impl Called {
    /// # Safety
    /// The arguments are those of a callback.
    unsafe fn new(user: *mut c_void, module: *const duramen_module, name: *const c_char, length: usize) -> Called {
        let behind = (*(user as *const Rc<Behind>)).clone();
        let module = Module::retained(module, &behind.context).expect("a hook has a module");
        Called { behind, module, name: shown(name, length).into_owned() }
    }

    fn context(&self) -> &Context {
        &self.behind.context
    }

    fn hooks(&self) -> &Hooks {
        &self.behind.hooks
    }
}

macro_rules! tensor_hook {
    ($name:ident) => {
        unsafe extern "C" fn $name(
            user: *mut c_void,
            module: *mut duramen_module,
            name: *const c_char,
            name_length: usize,
            tensor: *mut duramen_tensor,
            replacement: *mut *mut duramen_tensor,
            error: *mut *mut duramen_error,
        ) -> i32 {
            callback(Inside::Open, error, || {
                let called = Called::new(user, module, name, name_length);
                let tensor = Tensor::retained(tensor, called.context());
                let hook = called.hooks().$name.as_ref().expect("it is set");
                if let Some(other) = hook(&called.module, &called.name, tensor.as_ref())? {
                    *replacement = other.into_raw();
                }
                Ok(())
            })
        }
    };
}

tensor_hook!(register_parameter);
tensor_hook!(register_buffer);

unsafe extern "C" fn register_child(
    user: *mut c_void,
    module: *mut duramen_module,
    name: *const c_char,
    name_length: usize,
    child: *mut duramen_module,
    replacement: *mut *mut duramen_module,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Open, error, || {
        let called = Called::new(user, module, name, name_length);
        let child = Module::retained(child, called.context());
        let hook = called.hooks().register_child.as_ref().expect("it is set");
        if let Some(other) = hook(&called.module, &called.name, child.as_ref())? {
            *replacement = other.into_raw();
        }
        Ok(())
    })
}

unsafe extern "C" fn before_state_dict(
    user: *mut c_void,
    module: *const duramen_module,
    prefix: *const c_char,
    prefix_length: usize,
    _flags: u64,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Open, error, || {
        let called = Called::new(user, module, prefix, prefix_length);
        let hook = called.hooks().before_state_dict.as_ref().expect("it is set");
        hook(&called.module, &called.name)
    })
}

unsafe extern "C" fn after_state_dict(
    user: *mut c_void,
    module: *const duramen_module,
    dict: *mut duramen_state_dict,
    prefix: *const c_char,
    prefix_length: usize,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Open, error, || {
        let called = Called::new(user, module, prefix, prefix_length);
        let dict = StateDict::retained(dict, called.context());
        let hook = called.hooks().after_state_dict.as_ref().expect("it is set");
        hook(&called.module, &dict, &called.name)
    })
}

unsafe extern "C" fn before_load(
    user: *mut c_void,
    module: *mut duramen_module,
    dict: *mut duramen_state_dict,
    prefix: *const c_char,
    prefix_length: usize,
    notes: *mut duramen_load_notes,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Open, error, || {
        let called = Called::new(user, module, prefix, prefix_length);
        let dict = StateDict::retained(dict, called.context());
        let hook = called.hooks().before_load.as_ref().expect("it is set");
        hook(&called.module, &dict, &called.name, &LoadNotes(&*notes))
    })
}

unsafe extern "C" fn after_load(
    user: *mut c_void,
    module: *mut duramen_module,
    prefix: *const c_char,
    prefix_length: usize,
    notes: *mut duramen_load_notes,
    error: *mut *mut duramen_error,
) -> i32 {
    callback(Inside::Open, error, || {
        let called = Called::new(user, module, prefix, prefix_length);
        let hook = called.hooks().after_load.as_ref().expect("it is set");
        hook(&called.module, &called.name, &LoadNotes(&*notes))
    })
}

unsafe extern "C" fn destroy(user: *mut c_void) {
    quiet(|| drop(Box::from_raw(user as *mut Rc<Behind>)));
}
