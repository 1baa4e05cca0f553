package duramen

// #include "shim.h"
import "C"

import (
	"fmt"
	"reflect"
	"sort"
)

// makeMap makes a dict of a map with text keys, in their order: Go's maps have none of their own.
func (c *call) makeMap(value reflect.Value) *C.duramen_value {
	if value.Type().Key().Kind() != reflect.String {
		c.err = newGoError(c.name, ErrInvalidArgument, fmt.Sprintf("a %s cannot be a value", value.Type()), nil)
		return nil
	}
	keys := value.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	dict := make(Dict, len(keys))
	for i, key := range keys {
		dict[i] = Item{key.String(), value.MapIndex(key).Interface()}
	}
	return c.makeDict(dict, false)
}
