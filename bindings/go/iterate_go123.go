//go:build go1.23

package duramen

import "iter"

// All ranges over names and entries, in PyTorch's order:
//
//	for name, entry := range listing.All() { … }
//
// Before Go 1.23, `for _, entry := range listing.Entries()` does the same.
func (l *Listing) All() iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		for i := 0; i < l.Len(); i++ {
			entry := l.Entry(i)
			if !yield(entry.Name, entry) {
				return
			}
		}
	}
}

// AllTensors ranges over names and tensors, of the entries that have one. The tensors are the caller's, as those of
// Entry.Tensor; where the listing is closed meanwhile, the loop ends.
//
// Before Go 1.23, Entry.Tensor in a loop over Listing.Entries does the same.
func (l *Listing) AllTensors() iter.Seq2[string, *Tensor] {
	return func(yield func(string, *Tensor) bool) {
		for name, entry := range l.All() {
			tensor, err := entry.Tensor()
			if err != nil || tensor != nil && !yield(name, tensor) {
				return
			}
		}
	}
}

// All ranges over the names and entries of a state dict, in their order, as they are when the loop begins; over nothing
// where the dict is closed. What the loop does to the dict does not change it.
//
// Before Go 1.23, StateDict.List and a loop over Listing.Entries do the same.
func (d *StateDict) All() iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		if listing, err := d.List(nil); err == nil {
			listing.All()(yield)
		}
	}
}

// All ranges over names and entries, in the file's order.
//
// Before Go 1.23, `for _, entry := range entries` does the same.
func (f FileEntries) All() iter.Seq2[string, FileEntry] {
	return func(yield func(string, FileEntry) bool) {
		for _, entry := range f {
			if !yield(entry.Name, entry) {
				return
			}
		}
	}
}

// All ranges over the entries of a dict, or a dict's keys and values, in their order.
func (d Dict) All() iter.Seq2[any, any] {
	return func(yield func(any, any) bool) {
		for _, item := range d {
			if !yield(item.Key, item.Value) {
				return
			}
		}
	}
}
