package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// EntryKind is what an entry of a listing is and, as a set, what to list.
type EntryKind uint64

// The kinds of entries.
const (
	Parameters EntryKind = C.DURAMEN_KIND_PARAMETER
	Buffers    EntryKind = C.DURAMEN_KIND_BUFFER
	Modules    EntryKind = C.DURAMEN_KIND_MODULE
	Children   EntryKind = C.DURAMEN_KIND_CHILD
	ExtraState EntryKind = C.DURAMEN_KIND_EXTRA_STATE
	Unknown    EntryKind = C.DURAMEN_KIND_UNKNOWN
)

// String is the kind as docs and errors call it: "parameter".
func (k EntryKind) String() string {
	switch k {
	case Parameters:
		return "parameter"
	case Buffers:
		return "buffer"
	case Modules:
		return "module"
	case Children:
		return "child"
	case ExtraState:
		return "extra state"
	default:
		return "unknown"
	}
}

// ListOptions says what to list and under which names; zero is the default of every field. Patterns are those of the C
// interface: `*` any characters but dots, `**` any, `|` between patterns.
type ListOptions struct {
	Kinds            EntryKind // 0: parameters and buffers; of a state dict, all
	DType            DType     // only tensors of that dtype
	Prefix           string    // before every name, with a dot between
	Include, Exclude string
	NoRecurse        bool // the module's own entries only
	KeepDuplicates   bool // an object that is met again is listed again
	OnlyTrainable    bool
	OnlyFrozen       bool
	OnlyPersistent   bool
	IncludeNone      bool // also names that are registered as None
}

func (o *ListOptions) raw() *C.go_options {
	if o == nil {
		return &C.go_options{}
	}
	out := &C.go_options{number: C.int32_t(o.DType), kinds: C.uint64_t(o.Kinds)}
	for _, bit := range []struct {
		on   bool
		flag C.uint64_t
	}{{o.NoRecurse, C.DURAMEN_LIST_NO_RECURSE}, {o.KeepDuplicates, C.DURAMEN_LIST_KEEP_DUPLICATES},
		{o.OnlyTrainable, C.DURAMEN_LIST_ONLY_TRAINABLE}, {o.OnlyFrozen, C.DURAMEN_LIST_ONLY_FROZEN},
		{o.OnlyPersistent, C.DURAMEN_LIST_ONLY_PERSISTENT}, {o.IncludeNone, C.DURAMEN_LIST_INCLUDE_NONE}} {
		if bit.on {
			out.flags |= bit.flag
		}
	}
	return out
}

// Listing is an immutable snapshot of what a module tree or a state dict holds, made in one call into the library. The
// names and numbers of its entries are Go's; their tensors and modules are fetched when they are asked for, until the
// listing is closed.
type Listing struct {
	handle
	first  unsafe.Pointer
	stride uintptr
	count  int
	names  string
	ends   []int
}

// List lists the tree; nil options are the parameters and buffers.
func (m *Module) List(options *ListOptions) (*Listing, error) {
	c := begin("List")
	defer c.end()
	raw := c.module(m)
	if c.err != nil {
		return nil, c.err
	}
	return c.list(options, func(how *C.go_options, prefix, include, exclude *C.char, out **C.duramen_listing) C.duramen_status {
		return C.go_module_list(raw, how, prefix, include, exclude, out, &c.failure)
	})
}

func (c *call) list(options *ListOptions,
	run func(how *C.go_options, prefix, include, exclude *C.char, out **C.duramen_listing) C.duramen_status) (*Listing, error) {
	how := options.raw()
	var prefix, include, exclude *C.char
	if options != nil {
		prefix, how.prefix_length = optionalText(options.Prefix)
		include, how.include_length = optionalText(options.Include)
		exclude, how.exclude_length = optionalText(options.Exclude)
	}
	out := new(*C.duramen_listing)
	if err := c.done(run(how, prefix, include, exclude, out)); err != nil {
		return nil, err
	}
	return newListing(*out), nil
}

func newListing(raw *C.duramen_listing) *Listing {
	l := &Listing{}
	l.adopt(kindListing, unsafe.Pointer(raw))
	var count, stride C.size_t
	l.first = unsafe.Pointer(C.duramen_listing_entries(raw, &count, &stride))
	l.count, l.stride = int(count), uintptr(stride)
	l.copyNames()
	runtime.SetFinalizer(l, func(l *Listing) { l.Close() })
	return l
}

// copyNames puts all names into one Go text, of which each is a part.
func (l *Listing) copyNames() {
	total := 0
	l.ends = make([]int, l.count)
	for i := range l.ends {
		total += int(l.at(i).name_length)
		l.ends[i] = total
	}
	names := make([]byte, 0, total)
	for i := range l.ends {
		entry := l.at(i)
		names = append(names, unsafe.Slice((*byte)(unsafe.Pointer(entry.name)), int(entry.name_length))...)
	}
	l.names = *(*string)(unsafe.Pointer(&names))
}

func (l *Listing) at(i int) *C.duramen_entry {
	return (*C.duramen_entry)(unsafe.Add(l.first, uintptr(i)*l.stride))
}

// Len is how many entries there are; nil has none.
func (l *Listing) Len() int {
	if l == nil {
		return 0
	}
	return l.count
}

// Name is the full dotted name of an entry.
func (l *Listing) Name(i int) string {
	if i == 0 {
		return l.names[:l.ends[0]]
	}
	return l.names[l.ends[i-1]:l.ends[i]]
}

// Entry is the entry at a position; it panics beyond the last, as a slice does.
func (l *Listing) Entry(i int) Entry { return Entry{listing: l, index: i, Name: l.Name(i)} }

// Entries are all entries, in PyTorch's order.
func (l *Listing) Entries() []Entry {
	out := make([]Entry, l.Len())
	for i := range out {
		out[i] = l.Entry(i)
	}
	return out
}

// Names are the names of all entries.
func (l *Listing) Names() []string {
	out := make([]string, l.Len())
	for i := range out {
		out[i] = l.Name(i)
	}
	return out
}

// Find is the first entry of a name.
func (l *Listing) Find(name string) (Entry, bool) {
	for i := 0; i < l.Len(); i++ {
		if l.Name(i) == name {
			return l.Entry(i), true
		}
	}
	return Entry{}, false
}

// Tensors are the tensors of all entries that have one, such as for an optimizer.
func (l *Listing) Tensors() ([]*Tensor, error) {
	if l == nil {
		return nil, newGoError("Tensors", ErrInvalidArgument, "the listing is nil", nil)
	}
	out := make([]*Tensor, 0, l.count)
	for i := 0; i < l.count; i++ {
		t, err := l.Entry(i).Tensor()
		if err != nil {
			return nil, err
		}
		if t != nil {
			out = append(out, t)
		}
	}
	return out, nil
}
