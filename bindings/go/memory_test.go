package duramen_test

import (
	"bytes"
	"testing"

	"duramen"
)

// batch is an object that holds pointers beside the memory that C gets.
type batch struct {
	next   *batch
	pixels [4]float32
	file   [4096]byte
}

func newBatch() *batch { return &batch{next: &batch{}, pixels: [4]float32{1, 2, 3, 4}} }

// Memory inside a Go object with pointers goes to C: what C gets is the elements.
func TestMemoryInsideObjects(t *testing.T) {
	ctx, b := newContext(t), newBatch()
	x := ok(duramen.FromSlice(ctx, b.pixels[:], 2, 2))(t)
	if got := ok(x.Item(1, 1))(t); got != 4 {
		t.Error(got)
	}
	if value := ok(duramen.NewValue(b.file[:3]))(t); !bytes.Equal(value.Go().([]byte), make([]byte, 3)) {
		t.Error(value)
	}
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	size := copy(b.file[:], ok(dict.Encode(ctx, &duramen.SaveOptions{Format: duramen.Safetensors}))(t))
	checkpoint := ok(duramen.OpenBytes(ctx, b.file[:size], nil))(t)
	if got := ok(checkpoint.StateDict(ctx, ""))(t).Len(); got != 2 {
		t.Error(got)
	}
	state := ok(ctx.GeneratorState())(t)
	generator := &struct {
		next  *batch
		state [8192]byte
	}{next: b}
	no(t, ctx.SetGeneratorState(generator.state[:copy(generator.state[:], state)]))
}
