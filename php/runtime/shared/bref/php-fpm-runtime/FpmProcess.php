<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * The PHP-FPM master process of this environment, and the connection to it. A shell script (start-early.sh) starts the
 * first one while PHP is loading. This class starts all later ones.
 */
final class FpmProcess
{
    /** Paths in php-fpm.conf. */
    private const SOCKET = '/tmp/.bref/php-fpm.sock';
    private const PID_FILE = '/tmp/.bref/php-fpm.pid';

    /** /opt/bref/etc/php-fpm.conf in the layer. */
    private const CONFIGURATION = __DIR__ . '/../etc/php-fpm.conf';

    /** A start takes about 30 ms, and longer for functions with less CPU. */
    private const START_TIMEOUT_SECONDS = 5.0;

    /** An idle worker replies within this time. A worker that still serves an earlier runtime process does not. */
    private const REPLY_TIMEOUT_SECONDS = 1.0;

    /** Time between SIGTERM and SIGKILL. */
    private const GRACE_SECONDS = 0.5;

    /** @var resource|null null if the shell started PHP-FPM */
    private $process = null;

    /** Process id of the master; 0 if there is none. */
    private int $pid = 0;

    private ?FastCgiConnection $connection = null;

    /** Connects to PHP-FPM, and starts it if necessary. */
    public function start(): void
    {
        $this->pid = self::findRunning();
        $this->connectOrRestart();
    }

    /**
     * Restores the connection between two events. If it is lost, a worker has died, and perhaps the master, too. A
     * dying master still exists for a moment, so only a worker's reply proves that PHP-FPM works.
     */
    public function ensureRunning(): void
    {
        if ($this->connection?->isAlive() !== true || !$this->isRunning()) {
            $this->connectOrRestart();
        }
    }

    /** Returns the connection, which is kept from request to request. */
    public function connection(): FastCgiConnection
    {
        $this->ensureRunning();

        return $this->connection;
    }

    public function disconnect(): void
    {
        $this->connection = null;
    }

    /** Ends PHP-FPM, even if the shell started it. */
    public function stop(): void
    {
        $this->disconnect();
        $pid = $this->isRunning() ? $this->pid : self::findRunning();
        if ($pid !== 0) {
            self::terminate($pid);
        }
        self::killLeftovers();
        if ($this->process !== null) {
            proc_close($this->process);
        }
        $this->process = null;
        $this->pid = 0;
        @unlink(self::SOCKET);
        @unlink(self::PID_FILE);
    }

    /** Waits until a worker of PHP-FPM replies. If none does, starts PHP-FPM again. */
    private function connectOrRestart(): void
    {
        $this->disconnect();
        if ($this->connect()) {
            return;
        }
        $this->stop();
        $this->launch();
        if (!$this->connect()) {
            $isRunning = $this->isRunning();
            $this->stop();
            throw new FpmFailure($isRunning
                ? 'PHP-FPM was not ready after ' . self::START_TIMEOUT_SECONDS . ' seconds. ' .
                    'Raise the function\'s memory size, which also raises its CPU.'
                : 'PHP-FPM ended during its start. The log lines above show the reason.');
        }
    }

    private function launch(): void
    {
        if (!is_dir(dirname(self::SOCKET)) && !mkdir(dirname(self::SOCKET), 0700, true)) {
            throw new FpmFailure(
                'The folder ' . dirname(self::SOCKET) . ' cannot be created. Make sure that /tmp has free space.',
            );
        }
        $command = ['php-fpm', '--nodaemonize', '--force-stderr', '--fpm-config', self::CONFIGURATION];
        // Its output goes to the log, like this process's output.
        $process = proc_open($command, [['file', '/dev/null', 'r'], STDOUT, STDERR], $pipes);
        if ($process === false) {
            throw new FpmFailure('php-fpm cannot be started. It must be on PATH; PATH is "' . getenv('PATH') . '".');
        }
        $this->process = $process;
        $this->pid = proc_get_status($process)['pid'];
    }

    /** Waits until a worker replies. Returns false if PHP-FPM ends or takes too long. */
    private function connect(): bool
    {
        $deadline = microtime(true) + self::START_TIMEOUT_SECONDS;
        while (microtime(true) < $deadline && $this->isRunning()) {
            try {
                $connection = new FastCgiConnection(self::SOCKET);
                $connection->awaitWorker(self::REPLY_TIMEOUT_SECONDS);
                $this->connection = $connection;

                return true;
            } catch (FpmTimeout) {
                return false;
            } catch (FpmFailure) {
                usleep(500);
            }
        }

        return false;
    }

    private function isRunning(): bool
    {
        // proc_get_status() reaps a child of this process. The shell reaps its own.
        return $this->process !== null
            ? proc_get_status($this->process)['running']
            : $this->pid !== 0 && posix_kill($this->pid, 0);
    }

    /** Returns the process id of the PHP-FPM that the shell or an earlier runtime process started; 0 without one. */
    private static function findRunning(): int
    {
        // The shell's PHP-FPM is a sibling of this process. Its command line says nothing, because it may not have
        // executed php-fpm yet.
        $early = (int) getenv('BREF_FPM_PID');
        if ($early > 0 && self::parentOf($early) === posix_getppid()) {
            return $early;
        }
        $written = (int) @file_get_contents(self::PID_FILE);
        // Another process may have this process id by now.
        $isPhpFpm = str_contains((string) @file_get_contents("/proc/$written/cmdline"), 'php-fpm');

        return $written > 0 && $isPhpFpm ? $written : 0;
    }

    private static function terminate(int $pid): void
    {
        posix_kill($pid, SIGTERM);
        $deadline = microtime(true) + self::GRACE_SECONDS;
        while (self::parentOf($pid) !== 0 && microtime(true) < $deadline) {
            usleep(2000);
        }
    }

    /** Kills all remaining PHP-FPM processes. A master that was killed has not ended its workers. */
    private static function killLeftovers(): void
    {
        foreach (glob('/proc/[1-9]*/cmdline') ?: [] as $file) {
            if (str_starts_with((string) @file_get_contents($file), 'php-fpm')) {
                posix_kill((int) basename(dirname($file)), SIGKILL);
            }
        }
    }

    /** Returns the parent of a process; 0 if the process has ended, or is a zombie. */
    private static function parentOf(int $pid): int
    {
        // "<pid> (<name>) <state> <parent> …". The name may contain any character.
        $isFound = preg_match('/.*\) (\S) (\d+)/s', (string) @file_get_contents("/proc/$pid/stat"), $match) === 1;

        return $isFound && !in_array($match[1], ['Z', 'X'], true) ? (int) $match[2] : 0;
    }
}
