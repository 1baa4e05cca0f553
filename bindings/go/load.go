package duramen

// #include "shim.h"
import "C"

// LoadPolicy is what a load lets pass; 0 is strict=True.
type LoadPolicy uint64

// The policies of a load, a set.
const (
	AllowMissing    LoadPolicy = C.DURAMEN_LOAD_ALLOW_MISSING
	AllowUnexpected LoadPolicy = C.DURAMEN_LOAD_ALLOW_UNEXPECTED
	SkipMismatched  LoadPolicy = C.DURAMEN_LOAD_SKIP_MISMATCHED
	RequireDType    LoadPolicy = C.DURAMEN_LOAD_REQUIRE_DTYPE
	Assign          LoadPolicy = C.DURAMEN_LOAD_ASSIGN
	Partial         LoadPolicy = C.DURAMEN_LOAD_PARTIAL
	Adopt           LoadPolicy = C.DURAMEN_LOAD_ADOPT
	SliceMismatched LoadPolicy = C.DURAMEN_LOAD_SLICE_MISMATCHED
	AllowTied       LoadPolicy = C.DURAMEN_LOAD_ALLOW_TIED
	// NotStrict is strict=False.
	NotStrict = AllowMissing | AllowUnexpected
)

// LoadOptions says how to load; zero is the default of every field.
type LoadOptions struct {
	Policy LoadPolicy
	// Rename changes the dict's names on the way in; the dict keeps its own.
	Rename *RenameRules
	// ByName has policies of their own for the names that a pattern matches; the first that matches counts.
	ByName []PolicyByName
}

// PolicyByName stands for a load's own policy in full, for the names that the pattern matches.
type PolicyByName struct {
	Pattern string
	Policy  LoadPolicy
}

// loadHow is what go_module_load takes.
type loadHow struct {
	how      *C.go_load
	patterns []byte
	lengths  []C.uint64_t
	policies []C.uint64_t
}

func (c *call) loadHow(options *LoadOptions) loadHow {
	if options == nil {
		options = &LoadOptions{}
	}
	count := len(options.ByName)
	out := loadHow{&C.go_load{policy: C.uint64_t(options.Policy), count: C.size_t(count)}, make([]byte, 0, 1),
		make([]C.uint64_t, count, count+1), make([]C.uint64_t, count, count+1)}
	if options.Rename != nil {
		out.how.rename = c.rules(options.Rename)
	}
	for i, one := range options.ByName {
		out.patterns = append(out.patterns, one.Pattern...)
		out.lengths[i], out.policies[i] = C.uint64_t(len(one.Pattern)), C.uint64_t(one.Policy)
	}
	return out
}

// LoadStateDict loads a dict into the module, all or nothing; nil options are strict. ErrIncompatible has the report
// (Error.Report) of what does not fit.
func (m *Module) LoadStateDict(ctx *Context, dict *StateDict, options *LoadOptions) (*LoadReport, error) {
	c := begin("LoadStateDict")
	defer c.end()
	context, raw, from, how := c.context(ctx), c.module(m), c.dict(dict), c.loadHow(options)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_load_report
	status := C.go_module_load(context, raw, from, how.how, charPointer(how.patterns), first(how.lengths),
		first(how.policies), &out, &c.failure)
	return c.reportResult(status, &out)
}

// Match reports what a load would do, and loads nothing.
func (m *Module) Match(dict *StateDict, options *LoadOptions) (*LoadReport, error) {
	c := begin("Match")
	defer c.end()
	raw, from, how := c.module(m), c.dict(dict), c.loadHow(options)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_load_report
	status := C.go_module_match(raw, from, how.how, charPointer(how.patterns), first(how.lengths), first(how.policies), &out,
		&c.failure)
	return c.reportResult(status, &out)
}
