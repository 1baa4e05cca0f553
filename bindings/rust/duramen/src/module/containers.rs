//! Containers, edited as in PyTorch: Sequential and ModuleList by position, ModuleDict by key.
use super::Module;
use crate::border::{call, Access};
use crate::error::Result;
use crate::text::{made_texts, text};
use crate::value::Value;
use duramen_sys::*;
use std::ptr::null_mut;

fn or_null(child: Option<&Module>) -> *mut duramen_module {
    child.map_or(null_mut(), Module::raw)
}

/// Sequential and ModuleList, by position; positions below zero count from the end.
impl Module {
    /// How many entries a container has.
    pub fn count(&self) -> Result<usize> {
        let mut out = 0;
        // SAFETY: handles and texts live for the call; so in all of this file.
        call(Access::Read, |error| unsafe { duramen_container_count(self.raw(), &mut out, error) })?;
        Ok(out)
    }

    /// The names of a container's entries, in order.
    pub fn keys(&self) -> Result<Vec<String>> {
        made_texts(|out, error| unsafe { duramen_container_keys(self.raw(), out, error) })
    }

    /// The child at a position; None for a child that is None.
    pub fn child(&self, index: i64) -> Result<Option<Module>> {
        Module::made_optional(&self.context, Access::Read, |out, error| unsafe {
            duramen_container_get(self.raw(), index, out, error)
        })
    }

    /// Replaces the child at a position.
    pub fn set_child<'a>(&self, index: i64, child: impl Into<Option<&'a Module>>) -> Result<()> {
        let child = or_null(child.into());
        call(Access::Edit, |error| unsafe { duramen_container_set(self.raw(), index, child, error) })
    }

    /// Adds a child at the end.
    pub fn append<'a>(&self, child: impl Into<Option<&'a Module>>) -> Result<()> {
        let child = or_null(child.into());
        call(Access::Edit, |error| unsafe { duramen_container_append(self.raw(), child, error) })
    }

    /// Adds several children at the end, all or none.
    pub fn extend(&self, children: &[&Module]) -> Result<()> {
        let raw: Vec<_> = children.iter().map(|child| child.raw()).collect();
        call(Access::Edit, |error| unsafe { duramen_container_extend(self.raw(), raw.as_ptr(), raw.len(), error) })
    }

    /// Puts a child before a position.
    pub fn insert<'a>(&self, index: i64, child: impl Into<Option<&'a Module>>) -> Result<()> {
        let child = or_null(child.into());
        call(Access::Edit, |error| unsafe { duramen_container_insert(self.raw(), index, child, error) })
    }

    /// Takes the child at a position out.
    pub fn pop(&self, index: i64) -> Result<Option<Module>> {
        Module::made_optional(&self.context, Access::Edit, |out, error| unsafe {
            duramen_container_pop(self.raw(), index, out, error)
        })
    }

    /// A new container of the same class with the children of Python's `[start:stop:step]`.
    pub fn children_slice(&self, start: i64, stop: i64, step: i64) -> Result<Module> {
        Module::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_container_slice(self.raw(), start, stop, step, out, error)
        })
    }

    /// Removes the children of Python's `[start:stop:step]`.
    pub fn remove_slice(&self, start: i64, stop: i64, step: i64) -> Result<()> {
        call(Access::Edit, |error| unsafe { duramen_container_remove_slice(self.raw(), start, stop, step, error) })
    }

    /// Removes all entries of any container.
    pub fn clear(&self) -> Result<()> {
        call(Access::Edit, |error| unsafe { duramen_container_clear(self.raw(), error) })
    }
}

/// ModuleDict, ParameterList and ParameterDict, by key.
impl Module {
    /// The child under a key of a ModuleDict; None for a child that is None.
    pub fn child_at(&self, key: &str) -> Result<Option<Module>> {
        let (data, length) = text(key);
        Module::made_optional(&self.context, Access::Read, |out, error| unsafe {
            duramen_container_get_key(self.raw(), data, length, out, error)
        })
    }

    /// Puts a child under a key.
    pub fn set_child_at<'a>(&self, key: &str, child: impl Into<Option<&'a Module>>) -> Result<()> {
        let (data, length) = text(key);
        let child = or_null(child.into());
        call(Access::Edit, |error| unsafe { duramen_container_set_key(self.raw(), data, length, child, error) })
    }

    /// Takes the child under a key out.
    pub fn pop_at(&self, key: &str) -> Result<Option<Module>> {
        let (data, length) = text(key);
        Module::made_optional(&self.context, Access::Edit, |out, error| unsafe {
            duramen_container_pop_key(self.raw(), data, length, out, error)
        })
    }

    /// Puts all entries of another container into this one, all or none.
    pub fn update(&self, from: &Module) -> Result<()> {
        call(Access::Edit, |error| unsafe { duramen_container_update(self.raw(), from.raw(), error) })
    }

    /// The entry of a ParameterList or ParameterDict.
    pub fn value_at(&self, key: &str) -> Result<Value> {
        let (data, length) = text(key);
        Value::made(&self.context, Access::Read, |out, error| unsafe {
            duramen_container_get_value(self.raw(), data, length, out, error)
        })
    }

    /// Puts an entry into a ParameterList or ParameterDict; a tensor becomes a parameter.
    pub fn set_value_at(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        let (data, length) = text(key);
        let value = value.into().to_raw()?;
        call(Access::Edit, |error| unsafe { duramen_container_set_value(self.raw(), data, length, value.raw(), error) })
    }

    /// Adds items to a ParameterList, all or none.
    pub fn extend_values(&self, values: Vec<Value>) -> Result<()> {
        let values = Value::List(values).to_raw()?;
        call(Access::Edit, |error| unsafe { duramen_container_extend_values(self.raw(), values.raw(), error) })
    }

    /// Takes an entry out of a ParameterDict.
    pub fn pop_value_at(&self, key: &str) -> Result<Value> {
        let (data, length) = text(key);
        Value::made(&self.context, Access::Edit, |out, error| unsafe {
            duramen_container_pop_value(self.raw(), data, length, out, error)
        })
    }
}
