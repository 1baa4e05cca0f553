//go:build !go1.21

package duramen_test

import (
	"testing"

	"duramen"
)

func TestBorrowNeedsPinning(t *testing.T) {
	is(t, failure(duramen.Borrow(newContext(t), []float32{1})), duramen.ErrUnsupported)
}
