package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// RenameRules turn the names of one program into those of another. Each rule is applied to what the ones before it made
// of a name.
type RenameRules struct{ handle }

// NewRenameRules makes a list of rules from their texts: "strip:module.", "add:PREFIX", "replace:OLD=NEW",
// "exact:OLD=NEW", "glob:OLD=NEW", "preset:NAME".
func NewRenameRules(rules ...string) (*RenameRules, error) {
	c := begin("NewRenameRules")
	defer c.end()
	var raw *C.duramen_rename_rules
	if err := c.done(C.duramen_rename_rules_create(&raw, &c.failure)); err != nil {
		return nil, err
	}
	r := &RenameRules{}
	r.adopt(kindRules, unsafe.Pointer(raw))
	runtime.SetFinalizer(r, func(r *RenameRules) { r.Close() })
	for _, rule := range rules {
		if err := r.Add(rule); err != nil {
			r.Close()
			return nil, err
		}
	}
	return r, nil
}

func (r *RenameRules) edit(name string, run func(*C.duramen_rename_rules, *call) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	raw := c.rules(r)
	if c.err != nil {
		return c.err
	}
	return c.done(run(raw, c))
}

// Add adds a rule from its text.
func (r *RenameRules) Add(rule string) error {
	return r.edit("Add", func(raw *C.duramen_rename_rules, c *call) C.duramen_status {
		data, length := text(rule)
		return C.duramen_rename_rules_add_text(raw, data, length, &c.failure)
	})
}

// AddFunc adds a rule of the program's own, which reports call by the name given. It gives the new name; the same name
// stays.
func (r *RenameRules) AddFunc(name string, rename func(name string) (string, error)) error {
	user := cgo.NewHandle(rename)
	err := r.edit("AddFunc", func(raw *C.duramen_rename_rules, c *call) C.duramen_status {
		data, length := text(name)
		return C.go_rename_rules_add_function(raw, data, length, C.uintptr_t(user), &c.failure)
	})
	return ownedBy(err, user)
}

// List is the texts of the rules, in their order.
func (r *RenameRules) List() ([]string, error) {
	out := new(*C.duramen_string_list)
	err := r.edit("List", func(raw *C.duramen_rename_rules, c *call) C.duramen_status {
		return C.duramen_rename_rules_list(raw, out, &c.failure)
	})
	return takeStrings(*out), err
}

// RenamePresets are the names of the presets, with a line of what each does.
func RenamePresets() (map[string]string, error) {
	c := begin("RenamePresets")
	defer c.end()
	var list *C.duramen_string_list
	if err := c.done(C.duramen_rename_preset_list(&list, &c.failure)); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range takeStrings(list) {
		var line *C.duramen_string
		data, length := text(name)
		if err := c.done(C.duramen_rename_preset_describe(data, length, &line, &c.failure)); err != nil {
			return nil, err
		}
		out[name] = takeString(line)
	}
	return out, nil
}

// Rename is another dict with the same tensors under the names that the rules give.
func (d *StateDict) Rename(rules *RenameRules) (*StateDict, error) {
	c := begin("Rename")
	defer c.end()
	raw, by := c.dict(d), c.rules(rules)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_state_dict
	return c.dictResult(C.duramen_state_dict_rename(raw, by, &out, &c.failure), &out)
}

// PreviewRename reports the names that would change.
func (d *StateDict) PreviewRename(rules *RenameRules) (*LoadReport, error) {
	c := begin("PreviewRename")
	defer c.end()
	raw, by := c.dict(d), c.rules(rules)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_load_report
	return c.reportResult(C.duramen_rename_rules_preview(by, raw, &out, &c.failure), &out)
}
