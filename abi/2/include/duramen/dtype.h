/* Element types: permanent numbers, with PyTorch's names.
 *
 * Every type that checkpoints hold exists as data. Arithmetic covers float64, float32, float16 and
 * bfloat16, and integers and bool where PyTorch has it; float8 and complex types are copied,
 * converted, saved and loaded; FLOAT4_E2M1FN_X2 to QUINT2X4 are opaque data.
 */
#ifndef DURAMEN_DTYPE_H
#define DURAMEN_DTYPE_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One of the numbers below; later levels may add some. */
typedef int32_t duramen_dtype;
enum {
  /* No type: the answer for a NULL tensor or an unknown name. */
  DURAMEN_DTYPE_INVALID = 0,
  DURAMEN_DTYPE_FLOAT64 = 1,
  DURAMEN_DTYPE_FLOAT32 = 2,
  DURAMEN_DTYPE_FLOAT16 = 3,
  DURAMEN_DTYPE_BFLOAT16 = 4,
  DURAMEN_DTYPE_FLOAT8_E4M3FN = 5,
  DURAMEN_DTYPE_FLOAT8_E5M2 = 6,
  DURAMEN_DTYPE_FLOAT8_E4M3FNUZ = 7,
  DURAMEN_DTYPE_FLOAT8_E5M2FNUZ = 8,
  DURAMEN_DTYPE_FLOAT8_E8M0FNU = 9,
  DURAMEN_DTYPE_INT64 = 10,
  DURAMEN_DTYPE_INT32 = 11,
  DURAMEN_DTYPE_INT16 = 12,
  DURAMEN_DTYPE_INT8 = 13,
  DURAMEN_DTYPE_UINT64 = 14,
  DURAMEN_DTYPE_UINT32 = 15,
  DURAMEN_DTYPE_UINT16 = 16,
  DURAMEN_DTYPE_UINT8 = 17,
  /* One byte, 0 or 1. */
  DURAMEN_DTYPE_BOOL = 18,
  /* Pairs: real part, imaginary part. */
  DURAMEN_DTYPE_COMPLEX32 = 19,
  DURAMEN_DTYPE_COMPLEX64 = 20,
  DURAMEN_DTYPE_COMPLEX128 = 21,
  /* Opaque data, moved and named but never computed with. */
  DURAMEN_DTYPE_FLOAT4_E2M1FN_X2 = 22,
  DURAMEN_DTYPE_FLOAT6_E2M3 = 23,
  DURAMEN_DTYPE_FLOAT6_E3M2 = 24,
  DURAMEN_DTYPE_QINT8 = 25,
  DURAMEN_DTYPE_QUINT8 = 26,
  DURAMEN_DTYPE_QINT32 = 27,
  DURAMEN_DTYPE_QUINT4X2 = 28,
  DURAMEN_DTYPE_QUINT2X4 = 29
};

/* PyTorch's name without "torch.", such as "float32"; NULL for a number that is not a type.
 *
 * Static storage, terminated. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_dtype_name(duramen_dtype dtype) DURAMEN_NOEXCEPT;

/* The bits of one element; 0 for a number that is not a type.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL duramen_dtype_bits(duramen_dtype dtype) DURAMEN_NOEXCEPT;

/* The type of a name, also "torch.float32", "float", "half", "long"; DURAMEN_DTYPE_INVALID when
 * unknown.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API duramen_dtype DURAMEN_CALL duramen_dtype_from_name(const char* name,
                                                               size_t name_length) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
