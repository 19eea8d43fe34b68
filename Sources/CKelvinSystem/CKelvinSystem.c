#define _GNU_SOURCE
#include "CKelvinSystem.h"
#include <dlfcn.h>
#ifdef __linux__
#include <sys/timex.h>
#endif

const char *kelvin_module_path(const void *address) {
  Dl_info information;
  return dladdr(address, &information) ? information.dli_fname : 0;
}

int kelvin_clock_is_adrift(void) {
#ifdef __linux__
  struct timex state = {0};
  return adjtimex(&state) == TIME_ERROR;
#else
  return 0;
#endif
}
