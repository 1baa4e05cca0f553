package duramen_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"duramen"
)

func TestStateDictEdits(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "BatchNorm1d(2)"))(t)
	dict := ok(duramen.NewStateDict())(t)
	no(t, model.AddTo(dict, "module."))
	copied := ok(dict.Copy())(t)
	no(t, copied.StripPrefix("module."))
	if names := ok(copied.Names())(t); names[0] != "weight" || ok(dict.Names())(t)[0] != "module.weight" {
		t.Error(names)
	}
	no(t, copied.SetMetadata("a", "1"))
	no(t, copied.SetMetadata("b", "2"))
	no(t, copied.RemoveMetadata("a"))
	if keys := ok(copied.MetadataKeys())(t); !reflect.DeepEqual(keys, []string{"b"}) {
		t.Error(keys)
	}
	is(t, failure(copied.Metadata("a")), duramen.ErrNotFound)
	if dict.HasVersions() {
		t.Error("versions out of nowhere")
	}
	no(t, copied.SetVersion("", 2))
	if paths := ok(copied.VersionPaths())(t); !copied.HasVersions() || !reflect.DeepEqual(paths, []string{""}) || ok(copied.Version(""))(t) != 2 {
		t.Error(paths)
	}
	no(t, copied.SetValue("note", "text"))
	listing := ok(copied.List(&duramen.ListOptions{Include: "note"}))(t)
	if note := ok(listing.Entry(0).Value())(t); note.Text() != "text" || ok(listing.Entry(0).Tensor())(t) != nil {
		t.Error(note)
	}
	value := ok(copied.Value())(t)
	if value.ClassName() != "collections.OrderedDict" || value.Attributes() == nil || value.At(0).Tensor() == nil || value.At(99) != nil {
		t.Error(value.ClassName())
	}
}

func TestValuesToStreams(t *testing.T) {
	ctx := newContext(t)
	value := ok(duramen.NewValue(map[string]any{"b": 1.5, "a": []any{int8(1), uint64(1) << 63, float32(2), nil, []byte{}, []byte{1}, 1i}}))(t)
	if value.KeyAt(0).Text() != "a" || value.Find("b").Float() != 1.5 || value.Find("a").At(1).Kind() != duramen.KindBigInt {
		t.Error(value.Go())
	}
	if names := ok(value.ItemNames())(t); len(names) != 2 || names[0] != "a" || names[1] != "b" {
		t.Error(names)
	}
	var file bytes.Buffer
	options := &duramen.SaveOptions{Format: duramen.Torch}
	no(t, value.Write(ctx, &file, options))
	encoded := ok(duramen.OpenBytes(ctx, ok(value.Encode(ctx, options))(t), nil))(t)
	is(t, failure(value.Encode(ctx, nil)), duramen.ErrInvalidArgument)
	checkpoint := ok(duramen.OpenBytes(ctx, file.Bytes(), nil))(t)
	if checkpoint.Property("container") != "zip" || checkpoint.Property("nothing") != "" {
		t.Error(checkpoint.Property("container"))
	}
	if written := checkpoint.Content().Go(); !reflect.DeepEqual(written, encoded.Content().Go()) || !reflect.DeepEqual(written, value.Go()) {
		t.Error(written, value.Go())
	}
	var closed *duramen.Value
	no(t, closed.Close())
	if closed.Kind() != 0 || closed.Go() != nil {
		t.Error("a nil value tells something")
	}
}

func TestReportsAsText(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Linear(2, 2)"))(t)
	empty := ok(duramen.NewStateDict())(t)
	no(t, empty.Set("wieght", ok(duramen.Zeros(ctx, duramen.Float32, 2, 2))(t)))
	report := ok(model.Match(empty, nil))(t)
	if !strings.Contains(report.String(), "weight") || !strings.Contains(report.TorchMessage(true), "Missing key(s) in state_dict") {
		t.Error(report.String(), report.TorchMessage(true))
	}
	if item := report.Items()[0]; item.Kind != duramen.Missing || item.Nearest != "wieght" || !item.IsError {
		t.Error(item)
	}
	rules := ok(duramen.NewRenameRules("exact:wieght=weight"))(t)
	if list := ok(rules.List())(t); !reflect.DeepEqual(list, []string{"exact:wieght=weight"}) {
		t.Error(list)
	}
	preview := ok(empty.PreviewRename(rules))(t)
	if items := preview.Items(); len(items) != 1 || items[0].Origin != "wieght" || items[0].Rule != "exact:wieght=weight" {
		t.Error(items)
	}
	if presets := ok(duramen.RenamePresets())(t); len(presets) < 3 {
		t.Error(presets)
	}
	differences := ok(empty.Diff(ctx, ok(model.StateDict())(t), nil))(t)
	if len(differences) != 3 || !reflect.DeepEqual(differences[0].What(), []string{"only_a"}) {
		t.Error(differences)
	}
}
