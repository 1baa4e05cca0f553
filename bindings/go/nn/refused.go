//go:build refused

package nn

import "duramen"

// What may not compile: an option of another class, and a text for a number. run.sh sees that it does not.
func refused(ctx *duramen.Context) {
	_, _ = Linear(ctx, 4, 3, Stride(2))
	_, _ = Linear(ctx, "4", 3)
}
