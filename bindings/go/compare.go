package duramen

// #include "shim.h"
import "C"

import "unsafe"

// Difference is one entry that differs between two state dicts.
type Difference struct {
	Name                         string
	OnlyA, OnlyB                 bool // there on one side only
	Value, Shape, DType          bool // in what they differ
	Elements                     bool
	AShape, BShape               []int
	ADType, BDType               DType
	Different                    uint64 // how many elements
	NaNInA, NaNInB, NaNInOneOnly uint64
	HasDistance                  bool
	Distance                     float64 // the largest |a - b|
}

// What is the words for in what they differ: "only_a", "only_b", "value", "shape", "dtype", "elements".
func (d Difference) What() (out []string) {
	for _, one := range []struct {
		is   bool
		word string
	}{{d.OnlyA, "only_a"}, {d.OnlyB, "only_b"}, {d.Value, "value"}, {d.Shape, "shape"}, {d.DType, "dtype"},
		{d.Elements, "elements"}} {
		if one.is {
			out = append(out, one.word)
		}
	}
	return out
}

// Diff compares two dicts entry by entry, bit by bit; nil options are all entries. The order of entries does not count.
func (d *StateDict) Diff(ctx *Context, other *StateDict, options *ListOptions) ([]Difference, error) {
	c := begin("Diff")
	defer c.end()
	context, a, b := c.context(ctx), c.dict(d), c.dict(other)
	if c.err != nil {
		return nil, c.err
	}
	how, include, exclude := selection(options)
	var out *C.duramen_diff
	if err := c.done(C.go_state_dict_diff(context, a, b, how, include, exclude, &out, &c.failure)); err != nil {
		return nil, err
	}
	defer C.duramen_diff_release(out)
	return differences(out), nil
}

func differences(diff *C.duramen_diff) []Difference {
	var count, stride C.size_t
	first := unsafe.Pointer(C.duramen_diff_entries(diff, &count, &stride))
	out := make([]Difference, int(count))
	for i := range out {
		out[i] = difference((*C.duramen_difference)(unsafe.Add(first, uintptr(i)*uintptr(stride))))
	}
	return out
}

func difference(raw *C.duramen_difference) Difference {
	is := func(bit C.uint64_t) bool { return raw.what&bit != 0 }
	return Difference{Name: goText(raw.name, C.size_t(raw.name_length)),
		OnlyA: is(C.DURAMEN_DIFF_ONLY_A), OnlyB: is(C.DURAMEN_DIFF_ONLY_B), Value: is(C.DURAMEN_DIFF_VALUE),
		Shape: is(C.DURAMEN_DIFF_SHAPE), DType: is(C.DURAMEN_DIFF_DTYPE), Elements: is(C.DURAMEN_DIFF_ELEMENTS),
		AShape: goShape(raw.a_shape, C.size_t(raw.a_rank)), BShape: goShape(raw.b_shape, C.size_t(raw.b_rank)),
		ADType: DType(raw.a_dtype), BDType: DType(raw.b_dtype), Different: uint64(raw.different),
		NaNInA: uint64(raw.a_nan_count), NaNInB: uint64(raw.b_nan_count), NaNInOneOnly: uint64(raw.nan_in_one),
		HasDistance: raw.has_distance != 0, Distance: float64(raw.distance)}
}

// DiffJSON is Diff as JSON, with how many entries are equal.
func (d *StateDict) DiffJSON(ctx *Context, other *StateDict, options *ListOptions) (string, error) {
	c := begin("DiffJSON")
	defer c.end()
	context, a, b := c.context(ctx), c.dict(d), c.dict(other)
	if c.err != nil {
		return "", c.err
	}
	how, include, exclude := selection(options)
	var diff *C.duramen_diff
	if err := c.done(C.go_state_dict_diff(context, a, b, how, include, exclude, &diff, &c.failure)); err != nil {
		return "", err
	}
	defer C.duramen_diff_release(diff)
	var out *C.duramen_string
	err := c.done(C.duramen_diff_json(diff, &out, &c.failure))
	return takeString(out), err
}

// selection is list options without a prefix.
func selection(options *ListOptions) (how *C.go_options, include, exclude *C.char) {
	how = options.raw()
	if options != nil {
		include, how.include_length = optionalText(options.Include)
		exclude, how.exclude_length = optionalText(options.Exclude)
	}
	return how, include, exclude
}

// Digest is 32 hexadecimal digits that depend on names, dtypes, shapes and elements only.
func (d *StateDict) Digest(ctx *Context, options *ListOptions) (string, error) {
	c := begin("Digest")
	defer c.end()
	context, raw := c.context(ctx), c.dict(d)
	if c.err != nil {
		return "", c.err
	}
	how, include, exclude := selection(options)
	var out *C.duramen_string
	err := c.done(C.go_state_dict_digest(context, raw, how, include, exclude, &out, &c.failure))
	return takeString(out), err
}

// MatchesPattern says whether one of the patterns, as in ListOptions, matches a whole name.
func MatchesPattern(patterns, name string) (bool, error) {
	c := begin("MatchesPattern")
	defer c.end()
	pattern, n := text(patterns)
	data, length := text(name)
	var out C.uint32_t
	err := c.done(C.duramen_pattern_match(pattern, n, data, length, &out, &c.failure))
	return out != 0, err
}
