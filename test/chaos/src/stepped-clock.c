/*
 * Preloaded into a Redis server, which asks gettimeofday alone for the time of day: its clock is off by the microseconds
 * that the file named by STEPPED_CLOCK holds, as an int64_t, and steps when that changes. Monotonic time goes on as it is.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static const volatile int64_t *offset;

__attribute__((constructor)) static void open_offset(void) {
  int file = open(getenv("STEPPED_CLOCK"), O_RDONLY);
  void *mapped = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) offset = mapped;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int result = syscall(SYS_gettimeofday, now, zone);
  int64_t us = (int64_t)now->tv_sec * 1000000 + now->tv_usec + (offset == NULL ? 0 : *offset);
  now->tv_sec = us / 1000000;
  now->tv_usec = us % 1000000;
  return result;
}
