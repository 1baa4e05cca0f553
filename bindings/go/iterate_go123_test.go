//go:build go1.23

package duramen_test

import (
	"testing"

	"duramen"
)

func TestRangeOverEntries(t *testing.T) {
	ctx := newContext(t)
	listing := ok(ok(duramen.FromText(ctx, "Sequential(Linear(3, 2), Linear(2, 1))"))(t).List(nil))(t)
	total, seen := 0, 0
	for name, entry := range listing.All() {
		if name != entry.Name {
			t.Error(name)
		}
		total += len(ok(entry.Tensor())(t).Shape())
		if seen++; name == "1.weight" {
			break
		}
	}
	if total != 5 || seen != 3 {
		t.Error(total, seen)
	}
	for key, value := range (duramen.Dict{{Key: "a", Value: 1}}).All() {
		if key != "a" || value != 1 {
			t.Error(key, value)
		}
	}
}
