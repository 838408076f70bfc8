/* Rates of matrix products in vectors of 128 bits, measured without ONNX Runtime and without WebAssembly: threads multiply matrices
   of their own that stay in their cache, pass after pass; the best pass is printed in operations a second, first of floats, then
   of pairs of 16 bits (0 where the processor is not x86). Usage: matrix-products <threads> <passes> */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { STEPS = 512, ROWS = 4, ROUNDS = 4000, MOST_THREADS = 256 };
typedef float floats __attribute__((vector_size(16)));

static int passes;
static double rates[2][MOST_THREADS];
static pthread_barrier_t gate;
static volatile float sink;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

/* Four rows by eight columns: eight sums in registers, a number of each row and eight columns in a step. */
static void of_floats(const float *rows, const floats *columns, floats sums[ROWS][2]) {
  floats own[ROWS][2];
  for (int i = 0; i < ROWS; i++) own[i][0] = sums[i][0], own[i][1] = sums[i][1];
  for (int k = 0; k < STEPS; k++)
    for (int i = 0; i < ROWS; i++)
      for (int half = 0; half < 2; half++) own[i][half] += rows[ROWS * k + i] * columns[2 * k + half];
  for (int i = 0; i < ROWS; i++) sums[i][0] = own[i][0], sums[i][1] = own[i][1];
}

#ifdef __SSE2__
static void of_pairs(const int *rows, const __m128i *columns, __m128i sums[ROWS][2]) {
  __m128i own[ROWS][2];
  for (int i = 0; i < ROWS; i++) own[i][0] = sums[i][0], own[i][1] = sums[i][1];
  for (int k = 0; k < STEPS; k++)
    for (int i = 0; i < ROWS; i++)
      for (int half = 0; half < 2; half++)
        own[i][half] =
            _mm_add_epi32(own[i][half], _mm_madd_epi16(_mm_set1_epi32(rows[ROWS * k + i]), columns[2 * k + half]));
  for (int i = 0; i < ROWS; i++) sums[i][0] = own[i][0], sums[i][1] = own[i][1];
}
#endif

static void *multiplier(void *argument) {
  size_t self = (size_t)argument;
  static __thread float rows[ROWS * STEPS];
  static __thread floats columns[2 * STEPS], sums[ROWS][2];
  for (int i = 0; i < ROWS * STEPS; i++) rows[i] = 1;
  for (int i = 0; i < 2 * STEPS; i++) columns[i] = (floats){1, 1, 1, 1};
  for (int pass = 0; pass < 2 * passes; pass++) {
    int pairs = pass % 2;
    pthread_barrier_wait(&gate);
    double start = now();
    for (int round = 0; round < ROUNDS; round++) {
      if (!pairs) of_floats(rows, columns, sums);
#ifdef __SSE2__
      else of_pairs((const int *)rows, (const __m128i *)columns, (__m128i(*)[2])sums);
#endif
    }
    double rate = 2.0 * ROWS * 8 * STEPS * (1 + pairs) * ROUNDS / (now() - start);
    if (rate > rates[pairs][self]) rates[pairs][self] = rate;
    sink = sums[0][0][0];
  }
  return NULL;
}

int main(int arguments, char **values) {
  if (arguments != 3) return 2;
  int threads = atoi(values[1]);
  passes = atoi(values[2]);
  if (threads < 1 || threads > MOST_THREADS) return 2;
  pthread_t multipliers[MOST_THREADS];
  pthread_barrier_init(&gate, NULL, threads);
  for (size_t t = 0; t < (size_t)threads; t++) pthread_create(&multipliers[t], NULL, multiplier, (void *)t);
  for (int t = 0; t < threads; t++) pthread_join(multipliers[t], NULL);
  double totals[2] = {0, 0};
  for (int t = 0; t < threads; t++) totals[0] += rates[0][t], totals[1] += rates[1][t];
#ifndef __SSE2__
  totals[1] = 0;
#endif
  printf("%.0f %.0f\n", totals[0], totals[1]);
  return 0;
}
