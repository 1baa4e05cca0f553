/* The yardstick of start_linear.c: a C program that only links OpenBLAS. It calls nothing of it, as
 * a program whose start is measured would not; naming the symbol keeps the library needed. */

extern void openblas_get_config(void);

int main(void) {
  void (*volatile needed)(void) = openblas_get_config;
  return needed == 0;
}
