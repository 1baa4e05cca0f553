package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// Hooks are functions that see, and may change, what a module registers, exports and loads; any of them may be nil. An
// error stops the call, and is behind its error. What a function gets is closed when it returns. docs/hooks.md says
// when each is called.
type Hooks struct {
	// RegisterParameter, RegisterBuffer and RegisterChild give what takes the place of what is registered, or nil.
	RegisterParameter func(module *Module, name string, parameter *Tensor) (*Tensor, error)
	RegisterBuffer    func(module *Module, name string, buffer *Tensor) (*Tensor, error)
	RegisterChild     func(module *Module, name string, child *Module) (*Module, error)
	BeforeStateDict   func(module *Module, prefix string) error
	AfterStateDict    func(module *Module, dict *StateDict, prefix string) error
	// BeforeLoad may edit the module's own view of the dict; AfterLoad what is missing and unexpected so far.
	BeforeLoad func(module *Module, dict *StateDict, prefix string, notes *LoadNotes) error
	AfterLoad  func(module *Module, prefix string, notes *LoadNotes) error
}

func (h *Hooks) offers() (out C.uint32_t) {
	for _, one := range []struct {
		there bool
		bit   C.uint32_t
	}{{h.RegisterParameter != nil, C.GO_HOOK_PARAMETER}, {h.RegisterBuffer != nil, C.GO_HOOK_BUFFER},
		{h.RegisterChild != nil, C.GO_HOOK_CHILD}, {h.BeforeStateDict != nil, C.GO_HOOK_BEFORE_STATE_DICT},
		{h.AfterStateDict != nil, C.GO_HOOK_AFTER_STATE_DICT}, {h.BeforeLoad != nil, C.GO_HOOK_BEFORE_LOAD},
		{h.AfterLoad != nil, C.GO_HOOK_AFTER_LOAD}} {
		if one.there {
			out |= one.bit
		}
	}
	return out
}

// AddHooks sets hooks on the module, behind those that it has, and gives their number.
func (m *Module) AddHooks(hooks Hooks) (uint64, error) {
	user := cgo.NewHandle(&hooks)
	id := new(C.uint64_t)
	err := m.edit("AddHooks", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.go_module_add_hook(raw, hooks.offers(), C.uintptr_t(user), id, failure)
	})
	return uint64(*id), ownedBy(err, user)
}

// RemoveHooks removes the hooks of a number.
func (m *Module) RemoveHooks(id uint64) error {
	return m.edit("RemoveHooks", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_module_remove_hook(raw, C.uint64_t(id), failure)
	})
}

//export goRegisterTensor
func goRegisterTensor(user C.uintptr_t, isParameter C.int, module *C.duramen_module, name *C.char, length C.size_t,
	tensor *C.duramen_tensor, out **C.duramen_tensor, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		hooks := cgo.Handle(user).Value().(*Hooks)
		run := hooks.RegisterBuffer
		if isParameter != 0 {
			run = hooks.RegisterParameter
		}
		given := l.tensor(tensor)
		replacement, err := run(l.module(module), goText(name, length), given)
		if err != nil || replacement == nil {
			return err
		}
		return giveTensors([]*Tensor{replacement}, out, 1)
	})
}

//export goRegisterChild
func goRegisterChild(user C.uintptr_t, module *C.duramen_module, name *C.char, length C.size_t, child *C.duramen_module,
	out **C.duramen_module, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		replacement, err := cgo.Handle(user).Value().(*Hooks).RegisterChild(l.module(module), goText(name, length),
			l.module(child))
		if err != nil || replacement == nil {
			return err
		}
		c := begin("RegisterChild")
		defer c.end()
		if raw := c.module(replacement); raw != nil {
			*out = C.duramen_module_retain(raw)
		}
		return c.err
	})
}

// lentDict is a dict that is closed when the callback returns; nil for NULL.
func (l *lent) dict(raw *C.duramen_state_dict) *StateDict {
	if raw == nil {
		return nil
	}
	d := newStateDict(C.duramen_state_dict_retain(raw))
	l.closers = append(l.closers, &d.handle)
	return d
}

//export goStateDictHook
func goStateDictHook(user C.uintptr_t, module *C.duramen_module, dict *C.duramen_state_dict, prefix *C.char,
	length C.size_t, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		hooks := cgo.Handle(user).Value().(*Hooks)
		if dict == nil {
			return hooks.BeforeStateDict(l.module(module), goText(prefix, length))
		}
		return hooks.AfterStateDict(l.module(module), l.dict(dict), goText(prefix, length))
	})
}

//export goLoadHook
func goLoadHook(user C.uintptr_t, module *C.duramen_module, dict *C.duramen_state_dict, prefix *C.char, length C.size_t,
	notes *C.duramen_load_notes, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		hooks := cgo.Handle(user).Value().(*Hooks)
		about := l.notes(notes)
		if dict == nil {
			return hooks.AfterLoad(l.module(module), goText(prefix, length), about)
		}
		return hooks.BeforeLoad(l.module(module), l.dict(dict), goText(prefix, length), about)
	})
}

// LoadNotes is what a load has found so far: names that are Missing or Unexpected, and lines (FailedToLoad) about
// entries that cannot be loaded.
type LoadNotes struct{ handle }

func (l *lent) notes(raw *C.duramen_load_notes) *LoadNotes {
	n := &LoadNotes{}
	n.adopt(kindNotes, unsafe.Pointer(C.duramen_load_notes_retain(raw)))
	runtime.SetFinalizer(n, func(n *LoadNotes) { n.Close() })
	l.closers = append(l.closers, &n.handle)
	return n
}

func (n *LoadNotes) edit(name string, run func(*C.duramen_load_notes, *call) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	var h *handle
	if n != nil {
		h = &n.handle
	}
	raw := (*C.duramen_load_notes)(c.hold(h, kindNotes))
	if c.err != nil {
		return c.err
	}
	return c.done(run(raw, c))
}

// List is the names, or the lines, of a kind that there are so far.
func (n *LoadNotes) List(kind LoadItemKind) ([]string, error) {
	out := new(*C.duramen_string_list)
	err := n.edit("List", func(raw *C.duramen_load_notes, c *call) C.duramen_status {
		return C.duramen_load_notes_list(raw, C.int32_t(kind), out, &c.failure)
	})
	return takeStrings(*out), err
}

// Add adds a name, or a line, at the end.
func (n *LoadNotes) Add(kind LoadItemKind, line string) error {
	return n.edit("Add", func(raw *C.duramen_load_notes, c *call) C.duramen_status {
		data, length := text(line)
		return C.duramen_load_notes_add(raw, C.int32_t(kind), data, length, &c.failure)
	})
}

// Remove removes the first name, or line, of that text.
func (n *LoadNotes) Remove(kind LoadItemKind, line string) error {
	return n.edit("Remove", func(raw *C.duramen_load_notes, c *call) C.duramen_status {
		data, length := text(line)
		return C.duramen_load_notes_remove(raw, C.int32_t(kind), data, length, &c.failure)
	})
}

// Clear removes all names, or lines, of a kind.
func (n *LoadNotes) Clear(kind LoadItemKind) error {
	return n.edit("Clear", func(raw *C.duramen_load_notes, c *call) C.duramen_status {
		return C.duramen_load_notes_clear(raw, C.int32_t(kind), &c.failure)
	})
}
