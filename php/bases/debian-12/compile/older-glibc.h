/*
 * Lambda's glibc is 2.34, Debian 12's is 2.36. hypot got a new default version in 2.35 (it no longer sets errno by
 * way of a wrapper); it is the only symbol that PHP takes from a glibc newer than 2.34. The version before it is
 * the first of each CPU's ABI.
 */
#if !defined(__ASSEMBLER__)
#if defined(__x86_64__)
__asm__(".symver hypot,hypot@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver hypot,hypot@GLIBC_2.17");
#endif
#endif
