package duramen_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"duramen"
)

func TestFormats(t *testing.T) {
	ctx := newContext(t)
	dict := ok(ok(duramen.FromText(ctx, "Sequential(Linear(3, 2), BatchNorm1d(2))"))(t).StateDict())(t)
	no(t, dict.SetMetadata("by", "test"))
	for path, format := range map[string]string{"a.pt": "torch", "a.safetensors": "safetensors", "a.npz": "npz", "a.gguf": "gguf"} {
		path = filepath.Join(t.TempDir(), path)
		if err := dict.Save(ctx, path, nil); err != nil {
			if format == "gguf" && errors.Is(err, duramen.ErrUnsupported) {
				continue
			}
			t.Fatal(path, err)
		}
		checkpoint := ok(duramen.Open(ctx, path, &duramen.OpenOptions{Verify: true}))(t)
		read := ok(checkpoint.StateDict(ctx, ""))(t)
		if checkpoint.Format() != format || read.Len() != dict.Len() {
			t.Error(path, checkpoint.Format(), read.Len())
		}
		no(t, checkpoint.Close())
		if len(ok(dict.Diff(ctx, read, nil))(t)) != 0 {
			t.Error(path, "differs")
		}
	}
}

func TestReadersAndWriters(t *testing.T) {
	ctx := newContext(t)
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	var file bytes.Buffer
	options := &duramen.SaveOptions{Format: duramen.Safetensors}
	no(t, dict.Write(ctx, &file, options))
	if !bytes.Equal(file.Bytes(), ok(dict.Encode(ctx, options))(t)) {
		t.Error("the writer got other bytes")
	}
	for what, open := range map[string]func() (*duramen.Checkpoint, error){
		"reader": func() (*duramen.Checkpoint, error) {
			return duramen.OpenReader(ctx, bytes.NewReader(file.Bytes()), int64(file.Len()), nil)
		},
		"bytes": func() (*duramen.Checkpoint, error) { return duramen.OpenBytes(ctx, file.Bytes(), nil) },
		"file": func() (*duramen.Checkpoint, error) {
			path := filepath.Join(t.TempDir(), "a.safetensors")
			no(t, os.WriteFile(path, file.Bytes(), 0o600))
			opened := ok(os.Open(path))(t)
			defer opened.Close()
			return duramen.OpenFile(ctx, opened, nil)
		},
	} {
		read := ok(ok(open())(t).StateDict(ctx, ""))(t)
		if len(ok(dict.Diff(ctx, read, nil))(t)) != 0 {
			t.Error(what, "differs")
		}
	}
	is(t, failure(duramen.OpenReader(ctx, bytes.NewReader(nil), -1, nil)), duramen.ErrInvalidArgument)
	is(t, failure(duramen.OpenBytes(ctx, nil, nil)), duramen.ErrCorrupt)
	short := failure(duramen.OpenReader(ctx, bytes.NewReader(file.Bytes()[:40]), int64(file.Len()), nil))
	if !errors.Is(short, io.ErrUnexpectedEOF) {
		t.Error(short)
	}
}

// failing is a reader and a writer that fails with an error of its own.
type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }
func (f failing) Write([]byte) (int, error)         { return 0, f.err }

func TestStreamErrorsArriveAsTheyAre(t *testing.T) {
	ctx := newContext(t)
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	own := &os.PathError{Op: "write", Path: "somewhere", Err: errors.New("no room")}
	var found *os.PathError
	err := dict.Write(ctx, failing{own}, &duramen.SaveOptions{Format: duramen.Torch})
	if !errors.As(err, &found) || found != own || !errors.Is(err, duramen.ErrCallback) || !strings.Contains(err.Error(), "no room") {
		t.Error(err)
	}
	_, err = duramen.OpenReader(ctx, failing{own}, 100, nil)
	if !errors.Is(err, own) {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	ctx := newContext(t)
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	file := ok(dict.Encode(ctx, &duramen.SaveOptions{Format: duramen.Torch}))(t)
	_, err := duramen.OpenBytes(ctx, file, &duramen.OpenOptions{Limits: duramen.Limits{TotalBytes: 8}})
	is(t, err, duramen.ErrLimit)
	_, err = duramen.OpenBytes(ctx, file[:len(file)/2], nil)
	is(t, err, duramen.ErrCorrupt)
	_, err = duramen.Open(ctx, filepath.Join(t.TempDir(), "none.pt"), nil)
	if failed := is(t, err, duramen.ErrIO); failed.Detail("file") == "" {
		t.Error(failed.Details)
	}
	if !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, syscall.ENOENT) || errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

func TestValuesOfFiles(t *testing.T) {
	ctx := newContext(t)
	weight := ok(duramen.FromSlice(ctx, []float32{1, 2}))(t)
	path := filepath.Join(t.TempDir(), "nested.pt")
	no(t, duramen.Save(ctx, duramen.Dict{{Key: "epoch", Value: 3}, {Key: "loss", Value: 0.5}, {Key: "name", Value: "café"},
		{Key: "steps", Value: []int{1, 2}}, {Key: "model", Value: duramen.OrderedDict{{Key: "weight", Value: weight}}},
		{Key: "nothing", Value: nil}, {Key: "yes", Value: true}, {Key: "pair", Value: duramen.Tuple{1, "a"}}}, path, nil))
	content := ok(duramen.Open(ctx, path, nil))(t).Content()
	if content.Kind() != duramen.KindDict || content.Len() != 8 || content.Find("epoch").Int() != 3 || content.Find("absent") != nil ||
		content.Find("name").Text() != "café" || content.KeyAt(0).Text() != "epoch" || !content.Find("yes").Bool() {
		t.Error(content.Go())
	}
	native := content.Go().(duramen.Dict)
	for _, wanted := range []duramen.Item{{Key: "epoch", Value: int64(3)}, {Key: "loss", Value: 0.5}, {Key: "nothing", Value: nil},
		{Key: "steps", Value: []any{int64(1), int64(2)}}, {Key: "pair", Value: duramen.Tuple{int64(1), "a"}}} {
		if got, found := native.Get(wanted.Key.(string)); !found || !reflect.DeepEqual(got, wanted.Value) {
			t.Error(wanted, got)
		}
	}
	dict := ok(content.StateDict("model"))(t)
	if got := ok(duramen.Values[float32](ctx, ok(dict.Get("weight"))(t)))(t); !reflect.DeepEqual(got, []float32{1, 2}) {
		t.Error(got)
	}
	is(t, failure(duramen.NewValue(make(chan int))), duramen.ErrInvalidArgument)
	is(t, failure(duramen.NewValue([]any{1, func() {}})), duramen.ErrInvalidArgument)
}

func TestStreams(t *testing.T) {
	ctx := newContext(t)
	path := filepath.Join(t.TempDir(), "stream.safetensors")
	stream := ok(duramen.CreateStream(path, nil))(t)
	no(t, stream.Declare("b", duramen.Float32, 2))
	no(t, stream.Declare("a", duramen.Int64))
	no(t, stream.SetMetadata("step", "3"))
	is(t, stream.Declare("b", duramen.Float32, 2), duramen.ErrAlreadyExists)
	no(t, stream.Write(ctx, "a", ok(duramen.Scalar(ctx, int64(7)))(t)))
	is(t, stream.Write(ctx, "b", ok(duramen.Scalar(ctx, float32(7)))(t)), duramen.ErrShapeMismatch)
	no(t, stream.Write(ctx, "b", ok(duramen.FromSlice(ctx, []float32{1, 2}))(t)))
	no(t, stream.Finish(ctx))
	read := ok(duramen.Load(ctx, path))(t)
	if ok(ok(read.Get("a"))(t).Item())(t) != 7 || ok(read.Metadata("step"))(t) != "3" {
		t.Error(read.Names())
	}
	if rewritten := ok(duramen.SetMetadata(ctx, path, "step", "4"))(t); rewritten {
		t.Error("rewritten for one digit")
	}
	ok(duramen.EditMetadata(ctx, path, map[string]string{"by": "test", "at": "noon"}, "step"))(t)
	file := ok(duramen.Open(ctx, path, nil))(t)
	if file.Metadata("by") != "test" || file.Metadata("at") != "noon" || len(ok(file.MetadataKeys())(t)) != 2 {
		t.Error(file.MetadataKeys())
	}
}

func TestLoading(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(3, 2), Linear(2, 1))"))(t)
	saved := ok(ok(model.StateDictWith("module.", false))(t).Snapshot(ctx))(t)
	before := ok(ok(model.StateDict())(t).Digest(ctx, nil))(t)
	_, err := model.LoadStateDict(ctx, saved, nil)
	report := is(t, err, duramen.ErrIncompatible).Report()
	if len(report.Names(duramen.Missing)) != 4 || len(report.Names(duramen.Unexpected)) != 4 {
		t.Error(report)
	}
	if rule, count := report.Suggestion(); rule != "strip:module." || count != 4 {
		t.Error(rule, count)
	}
	if after := ok(ok(model.StateDict())(t).Digest(ctx, nil))(t); after != before {
		t.Error("a load that was refused changed the module")
	}
	rules := ok(duramen.NewRenameRules("strip:module."))(t)
	loaded := ok(model.LoadStateDict(ctx, saved, &duramen.LoadOptions{Rename: rules}))(t)
	if loaded.Loaded() != 4 || len(loaded.Names(duramen.Renamed)) != 4 {
		t.Error(loaded)
	}
	renamed := ok(saved.Rename(rules))(t)
	no(t, renamed.Remove("1.bias"))
	no(t, renamed.Set("0.bias", ok(duramen.Zeros(ctx, duramen.Float32, 5))(t)))
	matched := ok(model.Match(renamed, &duramen.LoadOptions{ByName: []duramen.PolicyByName{
		{Pattern: "1.*", Policy: duramen.AllowMissing}, {Pattern: "**.bias", Policy: duramen.SkipMismatched}}}))(t)
	for _, item := range matched.Items() {
		if item.IsError {
			t.Error(item)
		}
		if item.Kind == duramen.ShapeMismatch && (!reflect.DeepEqual(item.ActualShape, []int{5}) || !reflect.DeepEqual(item.ExpectedShape, []int{2})) {
			t.Error(item)
		}
	}
	is(t, failure(duramen.NewRenameRules("nonsense")), duramen.ErrInvalidArgument)
	own := ok(duramen.NewRenameRules())(t)
	no(t, own.AddFunc("upper", func(name string) (string, error) { return strings.ToUpper(name), nil }))
	if names := ok(ok(renamed.Rename(own))(t).Names())(t); names[0] != "0.WEIGHT" {
		t.Error(names)
	}
	failed := errors.New("no such name")
	no(t, own.AddFunc("fail", func(string) (string, error) { return "", failed }))
	if _, err := renamed.Rename(own); !errors.Is(err, failed) {
		t.Error(err)
	}
}

func TestProgressLogAndCancel(t *testing.T) {
	var messages []string
	ctx := ok(duramen.NewContext(&duramen.ContextOptions{Log: func(_ duramen.LogLevel, message string) { messages = append(messages, message) }}))(t)
	dict := ok(ok(duramen.FromText(ctx, "Linear(64, 64)"))(t).StateDict())(t)
	path := filepath.Join(t.TempDir(), "a.safetensors")
	called := 0
	stop := errors.New("stop")
	no(t, ctx.SetProgress(func(string, uint64, uint64) error {
		if called++; called > 1 {
			return stop
		}
		return nil
	}))
	for err := error(nil); err == nil; {
		if err = dict.Save(ctx, path, nil); err != nil && !errors.Is(err, stop) {
			t.Error(err)
		}
	}
	no(t, ctx.SetProgress(nil))
	no(t, dict.Save(ctx, path, nil))
	no(t, ok(duramen.Zeros(ctx, duramen.Float32, 1))(t).CopyFrom(ctx, ok(duramen.FromSlice(ctx, []complex64{1i}))(t)))
	if len(messages) != 1 || !strings.Contains(messages[0], "imaginary") {
		t.Error(messages)
	}
	ctx.Cancel()
	if !ctx.IsCancelled() {
		t.Error("not cancelled")
	}
	is(t, dict.Save(ctx, path, nil), duramen.ErrCancelled)
	ctx.ResetCancel()
	no(t, dict.Save(ctx, path, nil))
}

func TestUntil(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Linear(512, 512)"))(t)
	x := ok(duramen.Zeros(ctx, duramen.Float32, 64, 512))(t)
	deadline, stop := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer stop()
	err := ctx.Until(deadline, func() error {
		for {
			if err := ctx.Scope(func() error { return failure(model.Forward(ctx, x)) }); err != nil {
				return err
			}
		}
	})
	if !errors.Is(err, duramen.ErrCancelled) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if ctx.IsCancelled() || failure(model.Forward(ctx, x)) != nil {
		t.Error("the context is still cancelled")
	}
	if err := ctx.Until(deadline, func() error { t.Error("ran"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	no(t, ctx.Until(context.Background(), func() error { return nil }))
}

func TestEntriesOfFiles(t *testing.T) {
	ctx := newContext(t)
	dict := ok(ok(duramen.FromText(ctx, "Linear(3, 2)"))(t).StateDict())(t)
	no(t, dict.SetMetadata("step", "3"))
	file := ok(dict.Encode(ctx, &duramen.SaveOptions{Format: duramen.Safetensors}))(t)
	checkpoint := ok(duramen.OpenBytes(ctx, file, nil))(t)
	entries := ok(checkpoint.Entries())(t)
	weight := entries[1]
	if len(entries) != 2 || weight.Name != "weight" || weight.DType != duramen.Float32 || weight.Bytes != 24 || weight.Offset <= 0 ||
		!reflect.DeepEqual(weight.Shape, []int{2, 3}) || weight.Value != nil {
		t.Errorf("%+v", entries)
	}
	row := ok(ok(checkpoint.Tensor(ctx, "weight"))(t).Slice(ctx, 0, 1, 2))(t)
	wanted := ok(ok(dict.Get("weight"))(t).Select(ctx, 0, 1))(t)
	if !reflect.DeepEqual(ok(duramen.Values[float32](ctx, row))(t), ok(duramen.Values[float32](ctx, wanted))(t)) {
		t.Error(row)
	}
	_, err := checkpoint.Tensor(ctx, "wieght")
	if is(t, err, duramen.ErrNotFound).Detail("nearest") != "weight" {
		t.Error(err)
	}
	if keys := ok(checkpoint.MetadataKeys())(t); !reflect.DeepEqual(keys, []string{"step"}) || checkpoint.Metadata("step") != "3" {
		t.Error(keys)
	}
	pickled := ok(duramen.NewValue(duramen.Dict{{Key: "epoch", Value: 3}}))(t)
	other := ok(duramen.OpenBytes(ctx, ok(pickled.Encode(ctx, &duramen.SaveOptions{Format: duramen.Torch}))(t), nil))(t)
	if entries := ok(other.Entries())(t); entries[0].Offset != -1 || entries[0].Value.Int() != 3 {
		t.Errorf("%+v", entries)
	}
	no(t, checkpoint.Close())
	is(t, failure(checkpoint.Entries()), duramen.ErrBadHandle)
}
