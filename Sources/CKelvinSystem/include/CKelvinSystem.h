#pragma once
// libcurl is loaded when the first request is made (Sources/Drivers/Remote/HTTP/Curl.swift), so that nobody needs it who
// asks no server. Its variable argument lists cannot be called from Swift; these call them.

static inline int kelvin_curl_set_long(void *function, void *handle, int option, long value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int kelvin_curl_set_pointer(void *function, void *handle, int option, const void *value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int kelvin_curl_get(void *function, void *handle, int information, void *value) {
  return ((int (*)(void *, int, ...))function)(handle, information, value);
}

/// The file of the executable or library that holds an address; null if there is none. GNU's dladdr, which Swift does
/// not see.
const char *kelvin_module_path(const void *address);

/// Whether the system knows that nothing keeps its clock in step; no where it does not tell.
int kelvin_clock_is_adrift(void);
