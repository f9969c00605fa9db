<?php

declare(strict_types=1);

namespace BrefLayer;

/** The php-fpm of this environment, and the connection to it. */
final class FpmProcess
{
    /** Both are written in php-fpm.conf too. */
    private const SOCKET = '/tmp/.bref/php-fpm.sock';
    private const PID_FILE = '/tmp/.bref/php-fpm.pid';

    /** In the layer: /opt/bref/etc/php-fpm.conf. */
    private const CONFIGURATION = __DIR__ . '/../etc/php-fpm.conf';

    /** Seconds. A start takes about 30 ms. */
    private const START_LIMIT = 5;

    /** Seconds between asking it to stop and making it. */
    private const STOP_LIMIT = 0.5;

    /** @var resource|null */
    private $process = null;

    private ?FastCgiConnection $connection = null;

    /** Returns when it takes requests. */
    public function start(): void
    {
        if (!is_dir(dirname(self::SOCKET)) && !mkdir(dirname(self::SOCKET), 0700, true)) {
            throw new FpmFailure('The folder ' . dirname(self::SOCKET) . ' cannot be made.');
        }
        $this->stopLeftover();
        $command = ['php-fpm', '--nodaemonize', '--force-stderr', '--fpm-config', self::CONFIGURATION];
        // Its output goes where this process's goes: to the log.
        $process = proc_open($command, [['file', '/dev/null', 'r'], STDOUT, STDERR], $pipes);
        if ($process === false) {
            throw new FpmFailure('php-fpm cannot be started; is it on PATH (' . getenv('PATH') . ')?');
        }
        $this->process = $process;
        $deadline = microtime(true) + self::START_LIMIT;
        while (!file_exists(self::SOCKET)) {
            $status = proc_get_status($process);
            if (!$status['running']) {
                throw new FpmFailure("php-fpm ended with exit code {$status['exitcode']} instead of starting.");
            }
            if (microtime(true) > $deadline) {
                $this->stop();
                throw new FpmFailure('php-fpm was not ready after ' . self::START_LIMIT . ' seconds.');
            }
            usleep(1000);
            clearstatcache(true, self::SOCKET);
        }
    }

    public function ensureRunning(): void
    {
        if ($this->process === null || !proc_get_status($this->process)['running']) {
            $this->disconnect();
            $this->start();
        }
    }

    /** The connection, kept from request to request. */
    public function connection(): FastCgiConnection
    {
        if ($this->connection?->isAlive() !== true) {
            $this->connection = new FastCgiConnection(self::SOCKET);
        }

        return $this->connection;
    }

    public function disconnect(): void
    {
        $this->connection = null;
    }

    public function stop(): void
    {
        $this->disconnect();
        if ($this->process !== null) {
            self::kill(proc_get_status($this->process)['pid']);
            proc_close($this->process);
            $this->process = null;
        }
        @unlink(self::SOCKET);
    }

    /** A php-fpm that an earlier runtime process of this environment started holds the socket. */
    private function stopLeftover(): void
    {
        $pid = (int) @file_get_contents(self::PID_FILE);
        // The number may be another process's by now.
        if ($pid > 0 && str_contains((string) @file_get_contents("/proc/$pid/cmdline"), 'php-fpm')) {
            self::kill($pid);
        }
        @unlink(self::SOCKET);
        @unlink(self::PID_FILE);
        clearstatcache();
    }

    private static function kill(int $pid): void
    {
        // Asked to stop, the master ends its workers. Made to, it cannot, so they are remembered.
        $workers = preg_split('/\s+/', (string) @file_get_contents("/proc/$pid/task/$pid/children"));
        posix_kill($pid, SIGTERM);
        $deadline = microtime(true) + self::STOP_LIMIT;
        while (self::isRunning($pid) && microtime(true) < $deadline) {
            usleep(2000);
        }
        foreach ([$pid, ...array_filter(array_map(intval(...), $workers ?: []))] as $leftover) {
            if (self::isRunning($leftover)) {
                posix_kill($leftover, SIGKILL);
            }
        }
    }

    /** A zombie, which only waits for its parent to look, is over. */
    private static function isRunning(int $pid): bool
    {
        $status = (string) @file_get_contents("/proc/$pid/stat");

        return $status !== '' && preg_match('/\) [ZX] /', $status) !== 1;
    }
}
