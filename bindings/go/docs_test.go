package duramen_test

import (
	"os"
	"strings"
	"testing"
)

// The program of docs/go.md is the one that ExampleNewOwnModule runs.
func TestDocsShowWhatRuns(t *testing.T) {
	page := string(ok(os.ReadFile("../../docs/go.md"))(t))
	examples := string(ok(os.ReadFile("example_test.go"))(t))
	blocks := strings.Split(page, "```go\n")[1:]
	if len(blocks) != 1 {
		t.Fatalf("docs/go.md has %d programs", len(blocks))
	}
	if block := strings.Split(blocks[0], "```")[0]; !strings.Contains(examples, block) {
		t.Errorf("example_test.go lacks\n%s", block)
	}
}
