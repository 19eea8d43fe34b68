#define _GNU_SOURCE
#include "CKelvinSystem.h"
#include <dlfcn.h>

const char *kelvin_module_path(const void *address) {
  Dl_info information;
  return dladdr(address, &information) ? information.dli_fname : 0;
}
