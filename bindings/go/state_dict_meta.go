package duramen

// #include "shim.h"
import "C"

// HasVersions says whether there are per-module versions at all.
func (d *StateDict) HasVersions() bool {
	if d == nil || !d.enter() {
		return false
	}
	defer d.leave()
	return C.duramen_state_dict_has_versions((*C.duramen_state_dict)(d.pointer)) != 0
}

// Version is the version of the module at a path; "" is the root.
func (d *StateDict) Version(path string) (int64, error) {
	out := new(C.int64_t)
	c := d.edit("Version", path, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_version(raw, data, length, out, &c.failure)
	})
	return int64(*out), c.err
}

// SetVersion sets the version of the module at a path.
func (d *StateDict) SetVersion(path string, version int64) error {
	return d.edit("SetVersion", path, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_set_version(raw, data, length, C.int64_t(version), &c.failure)
	}).err
}

// VersionPaths are the paths that have a version, in order.
func (d *StateDict) VersionPaths() ([]string, error) {
	return d.texts("VersionPaths", func(raw *C.duramen_state_dict, out **C.duramen_string_list, c *call) C.duramen_status {
		return C.duramen_state_dict_version_paths(raw, out, &c.failure)
	})
}

func (d *StateDict) texts(name string,
	run func(*C.duramen_state_dict, **C.duramen_string_list, *call) C.duramen_status) ([]string, error) {
	out := new(*C.duramen_string_list)
	c := d.edit(name, "", func(raw *C.duramen_state_dict, _ *C.char, _ C.size_t, c *call) C.duramen_status {
		return run(raw, out, c)
	})
	return takeStrings(*out), c.err
}

// Metadata is the text under a key, such as of a .safetensors file.
func (d *StateDict) Metadata(key string) (string, error) {
	out := new(*C.duramen_string)
	c := d.edit("Metadata", key, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_metadata(raw, data, length, out, &c.failure)
	})
	return takeString(*out), c.err
}

// SetMetadata puts a text under a key.
func (d *StateDict) SetMetadata(key, value string) error {
	return d.edit("SetMetadata", key, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		content, n := text(value)
		return C.duramen_state_dict_set_metadata(raw, data, length, content, n, &c.failure)
	}).err
}

// RemoveMetadata removes a key.
func (d *StateDict) RemoveMetadata(key string) error {
	return d.edit("RemoveMetadata", key, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_set_metadata(raw, data, length, nil, 0, &c.failure)
	}).err
}

// MetadataKeys are the keys of the metadata, in order.
func (d *StateDict) MetadataKeys() ([]string, error) {
	return d.texts("MetadataKeys", func(raw *C.duramen_state_dict, out **C.duramen_string_list, c *call) C.duramen_status {
		return C.duramen_state_dict_metadata_keys(raw, out, &c.failure)
	})
}
