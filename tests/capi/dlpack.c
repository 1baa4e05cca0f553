/* DLPack in and out, the versioned struct and the older one, against declarations of our own. */
#include "check.h"
#include "dlpack_structs.h"

static int deleted;
static void delete_versioned(struct DLManagedTensorVersioned* self) {
  (void)self;
  ++deleted;
}
static void delete_old(struct DLManagedTensor* self) {
  (void)self;
  ++deleted;
}

static const float kValues[6] = {1, 2, 3, 4, 5, 6};
static const int64_t kShape[2] = {2, 3};

static void round_trip(duramen_context* context) {
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  duramen_tensor *column = NULL, *back = NULL;
  struct DLManagedTensorVersioned* managed = NULL;
  double item = 0;
  OK(duramen_select(context, tensor, 1, 1, &column, ERROR));
  OK(duramen_tensor_to_dlpack(column, &managed, ERROR));
  CHECK(managed->major == 1 && managed->flags == 0);
  CHECK(managed->dl_tensor.ndim == 1 && managed->dl_tensor.shape[0] == 2);
  CHECK(managed->dl_tensor.strides[0] == 3 && managed->dl_tensor.device_type == 1);
  CHECK(managed->dl_tensor.code == 2 && managed->dl_tensor.bits == 32 &&
        managed->dl_tensor.lanes == 1);
  CHECK(managed->dl_tensor.byte_offset == sizeof(float));
  duramen_tensor_release(column);
  OK(duramen_tensor_from_dlpack_take(managed, &back, ERROR));
  {
    const int64_t last[1] = {1};
    OK(duramen_tensor_item(back, last, 1, &item, ERROR));
  }
  CHECK(item == 5);
  duramen_tensor_release(tensor);
  duramen_tensor_release(back);
}

static void round_trip_old(duramen_context* context) {
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  struct DLManagedTensor* managed = NULL;
  OK(duramen_tensor_to_dlpack_legacy(tensor, &managed, ERROR));
  duramen_tensor_release(tensor);
  CHECK(((const float*)managed->dl_tensor.data)[5] == 6);
  managed->deleter(managed);
}

static struct DLManagedTensorVersioned producer(float* data, int64_t* shape, int64_t* strides) {
  struct DLManagedTensorVersioned managed;
  memset(&managed, 0, sizeof managed);
  managed.major = 1;
  managed.deleter = delete_versioned;
  managed.dl_tensor.data = data;
  managed.dl_tensor.device_type = 1;
  managed.dl_tensor.ndim = 2;
  managed.dl_tensor.code = 2;
  managed.dl_tensor.bits = 32;
  managed.dl_tensor.lanes = 1;
  managed.dl_tensor.shape = shape;
  managed.dl_tensor.strides = strides;
  return managed;
}

/* What is refused stays with the caller: the deleter is not called. */
static void refused(void) {
  float values[6] = {0};
  int64_t shape[2] = {2, 3}, strides[2] = {-3, 1};
  struct DLManagedTensorVersioned managed = producer(values, shape, NULL);
  duramen_tensor* tensor = NULL;
  deleted = 0;
  managed.major = 2;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  managed = producer(values, shape, strides);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  managed = producer(values, shape, NULL);
  managed.dl_tensor.device_type = 2;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  managed = producer(values, shape, NULL);
  managed.dl_tensor.lanes = 4;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  managed = producer(NULL, shape, NULL);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  shape[0] = INT64_MAX;
  shape[1] = INT64_MAX;
  managed = producer(values, shape, NULL);
  FAILS(DURAMEN_E_LIMIT, duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  CHECK(deleted == 0 && tensor == NULL);
}

static void taken(void) {
  float values[7] = {1, 2, 3, 4, 5, 6, 7};
  int64_t shape[2] = {2, 3}, none[2] = {0, 3}, zero[2] = {0, 1};
  struct DLManagedTensorVersioned managed = producer(values, shape, NULL);
  duramen_tensor* tensor = NULL;
  void* data = NULL;
  double item = 0;
  const int64_t corner[2] = {1, 2};
  deleted = 0;
  managed.dl_tensor.byte_offset = sizeof(float);
  managed.flags = 1;
  OK(duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_data_mut(tensor, &data, ERROR));
  OK(duramen_tensor_item(tensor, corner, 2, &item, ERROR));
  CHECK(item == 7 && deleted == 0);
  {
    struct DLManagedTensor* old = NULL;
    FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_to_dlpack_legacy(tensor, &old, ERROR));
  }
  duramen_tensor_release(tensor);
  CHECK(deleted == 1);
  managed = producer(NULL, none, NULL);
  OK(duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  CHECK(duramen_tensor_numel(tensor) == 0);
  duramen_tensor_release(tensor);
  CHECK(deleted == 2);
  managed = producer(values, shape, zero);
  OK(duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  OK(duramen_tensor_item(tensor, corner, 2, &item, ERROR));
  CHECK(item == 3);
  duramen_tensor_release(tensor);
  CHECK(deleted == 3);
}

/* Memory that is not aligned for its dtype is copied. */
/* Memory that is not aligned cannot be used in place, and is not copied behind one's back. */
static void odd(void) {
  float values[4] = {0};
  int64_t shape[2] = {1, 2};
  struct DLManagedTensorVersioned managed = producer(values, shape, NULL);
  duramen_tensor* tensor = NULL;
  deleted = 0;
  managed.dl_tensor.byte_offset = 1;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_tensor_from_dlpack_take(&managed, &tensor, ERROR));
  TEXT("managed: not aligned for float32; it can be copied",
       duramen_error_message(last_error(), NULL));
  CHECK(deleted == 0);
}

static void old_struct(void) {
  float values[6] = {1, 2, 3, 4, 5, 6};
  int64_t shape[2] = {2, 3};
  struct DLManagedTensorVersioned model = producer(values, shape, NULL);
  struct DLManagedTensor managed;
  duramen_tensor* tensor = NULL;
  memset(&managed, 0, sizeof managed);
  managed.dl_tensor = model.dl_tensor;
  managed.deleter = delete_old;
  deleted = 0;
  OK(duramen_tensor_from_dlpack_legacy_take(&managed, &tensor, ERROR));
  CHECK(duramen_tensor_numel(tensor) == 6 && deleted == 0);
  duramen_tensor_release(tensor);
  CHECK(deleted == 1);
}

static void grad(duramen_context* context) {
  duramen_tensor* data = new_tensor(context, kValues, 2, kShape);
  duramen_tensor* parameter = NULL;
  struct DLManagedTensorVersioned* managed = NULL;
  OK(duramen_parameter_create(data, 1, &parameter, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_tensor_to_dlpack(parameter, &managed, ERROR));
  CHECK(managed == NULL);
  TEXT("BufferError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  duramen_tensor_release(parameter);
  duramen_tensor_release(data);
}

int main(void) {
  duramen_context* context = new_context();
  round_trip(context);
  round_trip_old(context);
  refused();
  taken();
  odd();
  old_struct();
  grad(context);
  duramen_context_release(context);
  return finish();
}
