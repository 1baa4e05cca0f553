// Package heap tells what the C library's malloc has given out, so that tests find what C leaks and Go does not see.
package heap

// #include <malloc.h>
// #include <stdlib.h>
// static size_t used(void) { return mallinfo2().uordblks + mallinfo2().hblkhd; }
import "C"

import "unsafe"

// Used is the number of bytes in use.
func Used() int { return int(C.used()) }

// Plant takes memory that nobody frees, to see that Used notices.
func Plant(nbytes int) unsafe.Pointer { return C.malloc(C.size_t(nbytes)) }

// Free gives it back.
func Free(planted unsafe.Pointer) { C.free(planted) }
