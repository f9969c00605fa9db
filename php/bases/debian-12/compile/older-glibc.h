/*
 * Lambda has glibc 2.34, Debian 12 has 2.36. Only one symbol that PHP uses is newer than 2.34: hypot got a new
 * default version in 2.35 (it no longer sets errno through a wrapper). Its older version is the first one of each
 * CPU's ABI.
 */
#if !defined(__ASSEMBLER__)
#if defined(__x86_64__)
__asm__(".symver hypot,hypot@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver hypot,hypot@GLIBC_2.17");
#endif
#endif
