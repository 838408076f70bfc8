/* The read bandwidth of memory, measured without ONNX Runtime: threads sum floats, pass after pass, each from several
   places at once; the best pass is printed in bytes a second. Usage: read-bandwidth <bytes> <threads> <passes> */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STREAMS = 8, LANES = 16, MOST_THREADS = 256 };

static float *memory;
static size_t count;
static int threads, passes;
static double best[MOST_THREADS];
static volatile float sums[MOST_THREADS];
static pthread_barrier_t gate;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void *reader(void *argument) {
  size_t self = (size_t)argument;
  size_t stream = count / threads / STREAMS / LANES * LANES;
  const float *from = memory + self * stream * STREAMS;
  for (int pass = 0; pass < passes; pass++) {
    float lanes[STREAMS][LANES] = {{0}};
    pthread_barrier_wait(&gate);
    double start = now();
    for (size_t i = 0; i < stream; i += LANES)
      for (int s = 0; s < STREAMS; s++)
        for (int j = 0; j < LANES; j++) lanes[s][j] += from[s * stream + i + j];
    pthread_barrier_wait(&gate);
    double rate = 4.0 * stream * STREAMS * threads / (now() - start);
    for (int s = 0; s < STREAMS; s++)
      for (int j = 0; j < LANES; j++) sums[self] += lanes[s][j];
    if (rate > best[self]) best[self] = rate;
  }
  return NULL;
}

int main(int arguments, char **values) {
  if (arguments != 4) return 2;
  size_t bytes = strtoull(values[1], NULL, 10);
  threads = atoi(values[2]);
  passes = atoi(values[3]);
  count = bytes / sizeof(float);
  memory = aligned_alloc(4096, bytes);
  if (memory == NULL || threads < 1 || threads > MOST_THREADS) return 2;
  for (size_t i = 0; i < count; i++) memory[i] = 0.01f;
  pthread_t readers[MOST_THREADS];
  pthread_barrier_init(&gate, NULL, threads);
  for (size_t t = 0; t < (size_t)threads; t++) pthread_create(&readers[t], NULL, reader, (void *)t);
  for (int t = 0; t < threads; t++) pthread_join(readers[t], NULL);
  double least = best[0];
  for (int t = 1; t < threads; t++)
    if (best[t] < least) least = best[t];
  printf("%.0f\n", least);
  return 0;
}
