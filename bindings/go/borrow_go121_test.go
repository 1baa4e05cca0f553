//go:build go1.21

package duramen_test

import (
	"runtime"
	"testing"

	"duramen"
)

func TestBorrowSharesGoMemory(t *testing.T) {
	ctx := newContext(t)
	data := []float32{1, 2, 3, 4}
	x := ok(duramen.Borrow(ctx, data, 2, 2))(t)
	data[0] = 5
	if got := ok(x.Item(0, 0))(t); got != 5 {
		t.Error(got)
	}
	no(t, x.Fill(ctx, 7))
	if data[3] != 7 {
		t.Error(data)
	}
	view := ok(x.Select(ctx, 0, 1))(t)
	no(t, x.Close())
	runtime.GC()
	data[2] = 11
	if got := ok(view.Item(0))(t); got != 11 {
		t.Error(got)
	}
	no(t, view.Close())
	is(t, failure(duramen.Borrow(ctx, data, 5)), duramen.ErrShapeMismatch)
}

func TestBorrowBytesSharesGoMemory(t *testing.T) {
	ctx := newContext(t)
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	file := ok(dict.Encode(ctx, &duramen.SaveOptions{Format: duramen.Safetensors}))(t)
	checkpoint := ok(duramen.BorrowBytes(ctx, file, nil))(t)
	bias := ok(ok(checkpoint.StateDict(ctx, ""))(t).Get("bias"))(t)
	no(t, checkpoint.Close())
	runtime.GC()
	before := ok(bias.Item(0))(t)
	for i := len(file) - 32; i < len(file); i++ {
		file[i] = 0 // the elements are the file's last bytes
	}
	if after := ok(bias.Item(0))(t); before == 0 || after != 0 {
		t.Error(before, after)
	}
	is(t, failure(duramen.BorrowBytes(ctx, file[:20], nil)), duramen.ErrCorrupt)
}

func TestBorrowInsideObjects(t *testing.T) {
	ctx, b := newContext(t), newBatch()
	x := ok(duramen.Borrow(ctx, b.pixels[:]))(t)
	b.pixels[3] = 9
	if got := ok(x.Item(3))(t); got != 9 {
		t.Error(got)
	}
	no(t, x.Close())
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	size := copy(b.file[:], ok(dict.Encode(ctx, &duramen.SaveOptions{Format: duramen.Safetensors}))(t))
	checkpoint := ok(duramen.BorrowBytes(ctx, b.file[:size], nil))(t)
	if got := ok(checkpoint.StateDict(ctx, ""))(t).Len(); got != 2 {
		t.Error(got)
	}
}
