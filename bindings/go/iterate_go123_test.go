//go:build go1.23

package duramen_test

import (
	"path/filepath"
	"strings"
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

func TestRangeOverTensors(t *testing.T) {
	ctx := newContext(t)
	module := ok(duramen.FromText(ctx, "BatchNorm1d(3)"))(t)
	listing := ok(module.List(&duramen.ListOptions{Kinds: duramen.Modules | duramen.Parameters}))(t)
	var names []string
	for name, tensor := range listing.AllTensors() {
		names = append(names, name+tensor.String())
		no(t, tensor.Close())
	}
	if got := strings.Join(names, " "); got != "weightfloat32[3] biasfloat32[3]" {
		t.Error(got)
	}
	rounds := 0
	for range listing.AllTensors() {
		no(t, listing.Close()) // ends the loop
		rounds++
	}
	if rounds != 1 {
		t.Error(rounds)
	}
}

func TestRangeOverStateDictsAndFiles(t *testing.T) {
	ctx := newContext(t)
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	path := filepath.Join(t.TempDir(), "linear.safetensors")
	no(t, dict.Save(ctx, path, nil))
	var names []string
	for name, entry := range ok(ok(duramen.Open(ctx, path, nil))(t).Entries())(t).All() {
		names = append(names, name+entry.DType.String())
	}
	for name, entry := range dict.All() {
		names = append(names, name+entry.DType().String())
		no(t, dict.Remove(name))
	}
	no(t, dict.Close())
	for name := range dict.All() {
		t.Error(name)
	}
	if got := strings.Join(names, " "); got != "weightfloat32 biasfloat32 weightfloat32 biasfloat32" &&
		got != "biasfloat32 weightfloat32 weightfloat32 biasfloat32" {
		t.Error(got)
	}
}
