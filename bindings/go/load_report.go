package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// LoadReport tells what a load did, or why it did not. It is immutable.
type LoadReport struct{ handle }

func newLoadReport(raw *C.duramen_load_report) *LoadReport {
	r := &LoadReport{}
	r.adopt(kindReport, unsafe.Pointer(raw))
	runtime.SetFinalizer(r, func(r *LoadReport) { r.Close() })
	return r
}

func (c *call) reportResult(status C.duramen_status, out **C.duramen_load_report) (*LoadReport, error) {
	if err := c.done(status); err != nil {
		return nil, err
	}
	if *out == nil {
		return nil, nil
	}
	return newLoadReport(*out), nil
}

// LoadItemKind is what an item of a report is about.
type LoadItemKind int32

// The kinds of items.
const (
	Missing           LoadItemKind = C.DURAMEN_LOAD_ITEM_MISSING
	Unexpected        LoadItemKind = C.DURAMEN_LOAD_ITEM_UNEXPECTED
	ShapeMismatch     LoadItemKind = C.DURAMEN_LOAD_ITEM_SHAPE_MISMATCH
	DTypeMismatch     LoadItemKind = C.DURAMEN_LOAD_ITEM_DTYPE_MISMATCH
	NotATensor        LoadItemKind = C.DURAMEN_LOAD_ITEM_NOT_A_TENSOR
	Defaulted         LoadItemKind = C.DURAMEN_LOAD_ITEM_DEFAULTED
	FailedToLoad      LoadItemKind = C.DURAMEN_LOAD_ITEM_FAILED
	Adopted           LoadItemKind = C.DURAMEN_LOAD_ITEM_ADOPTED
	Tied              LoadItemKind = C.DURAMEN_LOAD_ITEM_TIED
	Ignored           LoadItemKind = C.DURAMEN_LOAD_ITEM_IGNORED
	Renamed           LoadItemKind = C.DURAMEN_LOAD_ITEM_RENAMED
	Sliced            LoadItemKind = C.DURAMEN_LOAD_ITEM_SLICED
	everyKind         LoadItemKind = 0
	everyName                      = ^C.size_t(0)
	nothingToDescribe              = ""
)

// LoadItem is one item of a report.
type LoadItem struct {
	Kind LoadItemKind
	// Name is the full name in the module's words; Text what PyTorch says about it; Nearest its likeliest counterpart;
	// Origin and Rule, of a renamed one, the dict's own name and the rule.
	Name, Text, Nearest, Origin, Rule string
	// IsError says whether the item keeps the load from succeeding.
	IsError                    bool
	ExpectedShape, ActualShape []int
	ExpectedDType, ActualDType DType
}

func (r *LoadReport) read(ask func(*C.duramen_load_report)) {
	if r == nil || !r.enter() {
		ask(nil)
		return
	}
	defer r.leave()
	ask((*C.duramen_load_report)(r.pointer))
}

// Loaded is how many entries fit.
func (r *LoadReport) Loaded() (out int) {
	r.read(func(raw *C.duramen_load_report) { out = int(C.duramen_load_report_loaded(raw)) })
	return out
}

// Items are all items in the report's order.
func (r *LoadReport) Items() (out []LoadItem) {
	r.read(func(raw *C.duramen_load_report) {
		out = make([]LoadItem, int(C.duramen_load_report_count(raw, C.int32_t(everyKind))))
		for i := range out {
			out[i] = loadItem(raw, C.size_t(i))
		}
	})
	return out
}

// Names are the names of the items of a kind.
func (r *LoadReport) Names(kind LoadItemKind) (out []string) {
	for _, item := range r.Items() {
		if item.Kind == kind {
			out = append(out, item.Name)
		}
	}
	return out
}

func loadItem(raw *C.duramen_load_report, i C.size_t) LoadItem {
	var n C.size_t
	out := LoadItem{Kind: LoadItemKind(C.duramen_load_report_kind(raw, i)),
		IsError:       C.duramen_load_report_is_error(raw, i) != 0,
		ExpectedDType: DType(C.duramen_load_report_expected_dtype(raw, i)),
		ActualDType:   DType(C.duramen_load_report_actual_dtype(raw, i))}
	name := C.duramen_load_report_name(raw, i, &n)
	out.Name = goText(name, n)
	line := C.duramen_load_report_text(raw, i, &n)
	out.Text = goText(line, n)
	nearest := C.duramen_load_report_nearest(raw, i, &n)
	out.Nearest = goText(nearest, n)
	origin := C.duramen_load_report_origin(raw, i, &n)
	out.Origin = goText(origin, n)
	rule := C.duramen_load_report_rule(raw, i, &n)
	out.Rule = goText(rule, n)
	shape := C.duramen_load_report_expected_shape(raw, i, &n)
	out.ExpectedShape = goShape(shape, n)
	shape = C.duramen_load_report_actual_shape(raw, i, &n)
	out.ActualShape = goShape(shape, n)
	return out
}

func goShape(shape *C.int64_t, rank C.size_t) []int {
	if shape == nil {
		return nil
	}
	out := make([]int, int(rank))
	for i, size := range unsafe.Slice(shape, int(rank)) {
		out[i] = int(size)
	}
	return out
}

// Suggestion is the one rename rule that would help most, and how many more names would fit; "" when none helps.
func (r *LoadReport) Suggestion() (rule string, count int) {
	r.read(func(raw *C.duramen_load_report) {
		var n C.size_t
		data := C.duramen_load_report_suggestion(raw, &n)
		rule, count = goText(data, n), int(C.duramen_load_report_suggestion_count(raw))
	})
	return rule, count
}

// String is the whole report for a reader, in several lines.
func (r *LoadReport) String() string {
	out := nothingToDescribe
	r.read(func(raw *C.duramen_load_report) {
		var described *C.duramen_string
		if raw != nil && C.duramen_load_report_describe(raw, everyName, &described, nil) == C.DURAMEN_OK {
			out = takeString(described)
		}
	})
	return out
}

// TorchMessage is PyTorch's message for the whole load; "" when there is nothing to say.
func (r *LoadReport) TorchMessage(strict bool) string {
	out := nothingToDescribe
	r.read(func(raw *C.duramen_load_report) {
		var message *C.duramen_string
		if raw != nil && C.duramen_load_report_torch_message(raw, flag(strict), &message, nil) == C.DURAMEN_OK {
			out = takeString(message)
		}
	})
	return out
}
