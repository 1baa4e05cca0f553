package duramen

import "runtime"

// Every Close gives the reference back: at once, or when the last call that uses the object has returned. It may be called
// on any goroutine, at any time, again, and on nil; its error is nil. A call on a closed object fails with ErrClosed. What
// is not closed is given back when Go collects it, but for a View, whose slice Go does not follow.

// Close gives the context back.
func (ctx *Context) Close() error {
	if ctx == nil {
		return nil
	}
	return ctx.close()
}

// Close gives the tensor back.
func (t *Tensor) Close() error {
	if t == nil {
		return nil
	}
	runtime.SetFinalizer(t, nil)
	return t.close()
}

// Close gives the module back.
func (m *Module) Close() error {
	if m == nil {
		return nil
	}
	return m.close()
}

// Close gives the listing back.
func (l *Listing) Close() error {
	if l == nil {
		return nil
	}
	return l.close()
}

// Close gives the value back.
func (v *Value) Close() error {
	if v == nil {
		return nil
	}
	return v.close()
}

// Close gives the dict back.
func (d *StateDict) Close() error {
	if d == nil {
		return nil
	}
	return d.close()
}

// Close gives the checkpoint back; tensors that came from it keep the file's memory.
func (k *Checkpoint) Close() error {
	if k == nil {
		return nil
	}
	return k.close()
}

// Close gives the optimizer back.
func (o *Optimizer) Close() error {
	if o == nil {
		return nil
	}
	return o.close()
}

// Close gives the operator back.
func (o *Op) Close() error {
	if o == nil {
		return nil
	}
	return o.close()
}

// Close gives the rules back.
func (r *RenameRules) Close() error {
	if r == nil {
		return nil
	}
	return r.close()
}

// Close gives the report back.
func (r *LoadReport) Close() error {
	if r == nil {
		return nil
	}
	return r.close()
}

// Close gives the stream back; without Finish nothing is left of it.
func (s *TensorStream) Close() error {
	if s == nil {
		return nil
	}
	return s.close()
}

// Close gives the state back.
func (s *FunctionState) Close() error {
	if s == nil {
		return nil
	}
	return s.close()
}

// Close gives the notes back.
func (n *LoadNotes) Close() error {
	if n == nil {
		return nil
	}
	return n.close()
}
