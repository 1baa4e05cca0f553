//go:build !cgo

package duramen

// Without cgo nothing else of the package compiles: this file, the first of those that are left, says why.
var _ = the_package_duramen_needs_cgo_set_CGO_ENABLED_to_1_and_install_a_C_compiler
