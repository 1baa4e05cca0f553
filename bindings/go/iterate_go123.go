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
