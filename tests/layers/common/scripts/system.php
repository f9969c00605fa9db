<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

$libc = FFI::cdef('int abs(int number);', 'libc.so.6');
same(3, $libc->abs(-3), 'FFI');
// For this, libffi creates machine code at run time, which hardened systems may forbid.
$compare = FFI::cdef('void qsort(void *, size_t, size_t, int (*)(const int *, const int *));', 'libc.so.6');
$numbers = FFI::cdef()->new('int[3]');
[$numbers[0], $numbers[1], $numbers[2]] = [3, 1, 2];
$compare->qsort($numbers, 3, 4, static fn ($a, $b): int => $a[0] - $b[0]);
same([1, 2, 3], [$numbers[0], $numbers[1], $numbers[2]], 'FFI callbacks');

socket_create_pair(AF_UNIX, SOCK_STREAM, 0, $pair);
$child = pcntl_fork();
if ($child === 0) {
    socket_write($pair[1], 'from ' . posix_getpid());
    posix_kill(posix_getpid(), SIGKILL);
}
same("from $child", socket_read($pair[0], 100), 'sockets between processes');
pcntl_waitpid($child, $status);
same(SIGKILL, pcntl_wtermsig($status), 'pcntl');
ensure(posix_getpwuid(0) === false || posix_getpwuid(0)['name'] === 'root', 'posix');

$caught = 0;
pcntl_async_signals(true);
pcntl_signal(SIGUSR1, static function () use (&$caught): void {
    $caught++;
});
posix_kill(posix_getpid(), SIGUSR1);
same(1, $caught, 'signals');

same("hello\n", shell_exec('echo hello'), 'a shell');
same('8', trim((string) shell_exec('php -r "echo PHP_INT_SIZE;"')), 'php on PATH');
