/* Stands in for libcuda.so.1 on a machine without a GPU: a driver for CUDA 13 that finds no device. */
#include <stdint.h>
#include <string.h>

enum { CUDA_SUCCESS = 0, CUDA_ERROR_NO_DEVICE = 100 };

int cuInit(unsigned flags) {
  (void)flags;
  return CUDA_ERROR_NO_DEVICE;
}

int cuDriverGetVersion(int *version) {
  *version = 13000;
  return CUDA_SUCCESS;
}

/* The one function of the driver that onnxruntime's provider links to. */
int cuTensorMapEncodeTiled(void) { return CUDA_ERROR_NO_DEVICE; }

static int no_device(void) { return CUDA_ERROR_NO_DEVICE; }

/* How the CUDA runtime finds every other function. */
int cuGetProcAddress_v2(const char *symbol, void **function, int version, uint64_t flags, int *status) {
  (void)version;
  (void)flags;
  if (!strcmp(symbol, "cuInit")) *function = (void *)cuInit;
  else if (!strcmp(symbol, "cuDriverGetVersion")) *function = (void *)cuDriverGetVersion;
  else if (!strncmp(symbol, "cuGetProcAddress", 16)) *function = (void *)cuGetProcAddress_v2;
  else *function = (void *)no_device;
  if (status) *status = 0;
  return CUDA_SUCCESS;
}

int cuGetProcAddress(const char *symbol, void **function, int version, uint64_t flags) {
  return cuGetProcAddress_v2(symbol, function, version, flags, 0);
}
