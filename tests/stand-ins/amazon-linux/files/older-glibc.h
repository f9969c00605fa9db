/*
 * Amazon Linux 2023 has glibc 2.34 and the stand-in Debian's 2.36. Its compiler includes this header everywhere, so that
 * it binds to the same symbol versions as Amazon's. hypot is the only symbol in PHP's reach that has a newer version.
 */
#if !defined(__ASSEMBLER__) && defined(__x86_64__)
__asm__(".symver hypot,hypot@GLIBC_2.2.5");
#endif
