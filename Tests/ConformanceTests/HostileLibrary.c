// A QDMI 1.4 device library of two sites, right or wrong in one way chosen when it is compiled (-DFAULT_…).
// It runs programs of `x` on qubit 0: the outcome is 1 if the program has one, else 0.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define F(name) TEST_QDMI_##name

typedef struct { int open; } Session;
typedef struct { size_t shots; int flips; int status; } Job;

static char sites[2], operations[2];
static const char *names[] = {"x", "measure"};

static int give(const void *data, size_t length, size_t size, void *value, size_t *written) {
  if (value) {
    if (size < length) return -7;
    memcpy(value, data, length);
  }
  if (written) *written = length;
  return 0;
}

int F(device_initialize)(void) { return 0; }
int F(device_finalize)(void) { return 0; }

int F(device_session_alloc)(Session **session) {
#ifdef FAULT_NULL_SESSION
  *session = 0;
#else
  *session = calloc(1, sizeof(Session));
#endif
  return 0;
}

void F(device_session_free)(Session *session) { free(session); }
int F(device_session_set_parameter)(Session *s, int p, size_t size, const void *value) { return -9; }

int F(device_session_init)(Session *session) {
#ifdef FAULT_CRASH_AT_OPEN
  puts("about to touch what is not mine");
  fflush(stdout);
  *(volatile int *)8 = 1;
#endif
#ifdef FAULT_ABORT_AT_OPEN
  abort();
#endif
#ifdef FAULT_EXIT_AT_OPEN
  exit(3);
#endif
#ifdef FAULT_HANG_AT_OPEN
  for (;;) pause();
#endif
#ifdef FAULT_NO_PERMISSION
  return -8;
#endif
  session->open = 1;
  return 0;
}

int F(device_session_query_device_property)(Session *s, int property, size_t size, void *value, size_t *written) {
  void *list[2] = {&sites[0], &sites[1]}, *work[2] = {&operations[0], &operations[1]};
  size_t two = 2;
  int idle = 1, format = 0;
#ifdef FAULT_LYING_SIZE
  if (property == 5 && !value) { *written = SIZE_MAX; return 0; }
#endif
#ifdef FAULT_HUGE_SIZE
  if (property == 5 && !value) { *written = (size_t)1 << 40; return 0; }
#endif
#ifdef FAULT_HALF_ENTRY
  if (property == 5) return give(list, 12, size, value, written);
#endif
#ifdef FAULT_OVERRUN
  if (property == 5 && value) { memset(value, 1, size + 64); return 0; }
#endif
#ifdef FAULT_GROWS
  if (property == 5 && value) { memcpy(value, list, sizeof list); *written = 4096; return 0; }
#endif
#ifdef FAULT_NULL_SITES
  list[0] = 0;
#endif
#ifdef FAULT_SAME_SITE
  list[1] = list[0];
#endif
#ifdef FAULT_NO_TEXT
  if (property == 0) return give("\xff\xfe\xfd", 4, size, value, written);
#endif
  switch (property) {
  case 0: return give("Test", 5, size, value, written);
  case 1: return give("1", 2, size, value, written);
  case 2: return give(&idle, 4, size, value, written);
  case 3: return give("1.4.0", 6, size, value, written);
  case 4: return give(&two, 8, size, value, written);
  case 5: return give(list, sizeof list, size, value, written);
  case 6: return give(work, sizeof work, size, value, written);
  case 15: return give(&format, 4, size, value, written);
  }
  return -9;
}

int F(device_session_query_site_property)(Session *s, char *site, int property, size_t size, void *value, size_t *written) {
  size_t index = site - sites;
  if (property == 0) return give(&index, 8, size, value, written);
  return -9;
}

int F(device_session_query_operation_property)(Session *s, char *operation, size_t count, char **places, size_t n,
                                               const double *parameters, int property, size_t size, void *value,
                                               size_t *written) {
  const char *name = names[operation - operations];
  size_t one = 1, none = 0;
#ifdef FAULT_NAN
  double fidelity = NAN;
#else
  double fidelity = 1;
#endif
  switch (property) {
  case 0: return give(name, strlen(name) + 1, size, value, written);
  case 1: return give(&one, 8, size, value, written);
  case 2: return give(&none, 8, size, value, written);
  case 4: return give(&fidelity, 8, size, value, written);
  }
  return -9;
}

int F(device_session_create_device_job)(Session *s, Job **job) {
  *job = calloc(1, sizeof(Job));
  return 0;
}
int F(device_session_retrieve_device_job_by_id)(Session *s, const char *id, Job **job) { return -9; }
int F(device_job_set_parameter)(Job *job, int parameter, size_t size, const void *value) {
  if (parameter == 2) memcpy(&job->shots, value, 8);
  return 0;
}
#ifndef FAULT_OLD_INTERFACE
int F(device_job_set_programs)(Job *job, int format, size_t count, const size_t *sizes, const void *const *programs) {
  job->flips = strstr(programs[0], "x q[0];") != 0;
  return 0;
}
#endif
int F(device_job_get_program)(Job *job, size_t i, size_t size, void *value, size_t *written) { return -9; }
int F(device_job_get_program_status)(Job *job, size_t i, int *status) { return -9; }
int F(device_job_query_property)(Job *job, int p, size_t size, void *value, size_t *written) { return -9; }

int F(device_job_submit)(Job *job) {
#ifdef FAULT_CRASH_AT_JOB
  *(volatile int *)8 = 1;
#endif
#ifdef FAULT_HANG_AT_JOB
  for (;;) pause();
#endif
  job->status = 4;
#ifdef FAULT_RUNS_FOR_EVER
  job->status = 3;
#endif
#ifdef FAULT_FAILS
  fputs("the cryostat is warm\n", stderr);
  job->status = 6;
#endif
#ifdef FAULT_UNKNOWN_STATUS
  job->status = 77;
#endif
  return 0;
}
int F(device_job_cancel)(Job *job) {
  job->status = 5;
  return 0;
}
int F(device_job_check)(Job *job, int *status) {
  *status = job->status;
  return 0;
}
int F(device_job_wait)(Job *job, size_t seconds) { return 0; }

int F(device_job_get_results)(Job *job, size_t i, int kind, size_t size, void *value, size_t *written) {
  size_t count = job->shots;
#ifdef FAULT_LOSES_SHOTS
  count -= 1;
#endif
#ifdef FAULT_WIDE_KEYS
  if (kind == 1) return give("0101", 5, size, value, written);
#endif
#ifdef FAULT_UNEVEN_HISTOGRAM
  if (kind == 1) return give("0,1", 4, size, value, written);
#endif
  if (kind == 1) return give(job->flips ? "1" : "0", 2, size, value, written);
  if (kind == 2) return give(&count, 8, size, value, written);
  return -9;
}
void F(device_job_free)(Job *job) { free(job); }
