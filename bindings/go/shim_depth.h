// How many callbacks into Go the thread is inside of; every callback counts itself.
#ifndef DURAMEN_GO_SHIM_DEPTH_H
#define DURAMEN_GO_SHIM_DEPTH_H

extern __thread int go_callback_depth;

#endif
