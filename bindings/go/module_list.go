package duramen

// NamedParameters lists the parameters of the tree, each once.
func (m *Module) NamedParameters() (*Listing, error) { return m.List(&ListOptions{Kinds: Parameters}) }

// NamedBuffers lists the buffers.
func (m *Module) NamedBuffers() (*Listing, error) { return m.List(&ListOptions{Kinds: Buffers}) }

// NamedModules lists the modules, the root under "" first.
func (m *Module) NamedModules() (*Listing, error) { return m.List(&ListOptions{Kinds: Modules}) }

// NamedChildren lists the direct children.
func (m *Module) NamedChildren() (*Listing, error) { return m.List(&ListOptions{Kinds: Children}) }

// Parameters are the parameters of the tree, such as for an optimizer.
func (m *Module) Parameters() ([]*Tensor, error) {
	listing, err := m.NamedParameters()
	if err != nil {
		return nil, err
	}
	defer listing.Close()
	return listing.Tensors()
}
