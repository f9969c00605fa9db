<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * The php-fpm of this environment, and the connection to it. The first one is started by the shell (start-early.sh),
 * while PHP itself is still loading; any later one from here.
 */
final class FpmProcess
{
    /** Both are written in php-fpm.conf too. */
    private const SOCKET = '/tmp/.bref/php-fpm.sock';
    private const PID_FILE = '/tmp/.bref/php-fpm.pid';

    /** In the layer: /opt/bref/etc/php-fpm.conf. */
    private const CONFIGURATION = __DIR__ . '/../etc/php-fpm.conf';

    /** Seconds. A start takes about 30 ms, and more where Lambda grants less CPU. */
    private const START_LIMIT = 5.0;

    /** Seconds that an idle worker may take to answer; a busy one, left by an earlier process of ours, does not. */
    private const ANSWER_LIMIT = 1.0;

    /** Seconds between asking it to stop and making it. */
    private const STOP_LIMIT = 0.5;

    /** @var resource|null what was started from here; null for what the shell started */
    private $process = null;

    /** 0 for none. */
    private int $pid = 0;

    private ?FastCgiConnection $connection = null;

    /** Returns when there is a connection that requests can take. */
    public function start(): void
    {
        $this->pid = self::findRunning();
        $this->settle();
    }

    /**
     * Looks after it between two events. Where the connection is gone, so is a worker, and perhaps the master with it,
     * which may take a moment to end: that it is still there says nothing then, only a worker's answer does.
     */
    public function ensureRunning(): void
    {
        if ($this->connection?->isAlive() !== true || !$this->isRunning()) {
            $this->settle();
        }
    }

    /** The connection, kept from request to request. */
    public function connection(): FastCgiConnection
    {
        $this->ensureRunning();

        return $this->connection;
    }

    public function disconnect(): void
    {
        $this->connection = null;
    }

    /** Ends it, whoever started it. */
    public function stop(): void
    {
        $this->disconnect();
        $pid = $this->isRunning() ? $this->pid : self::findRunning();
        if ($pid !== 0) {
            self::askToStop($pid);
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

    /** Returns when a worker has answered: of the php-fpm that is there, else of a new one. */
    private function settle(): void
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
                ? 'php-fpm was not ready after ' . self::START_LIMIT . ' seconds.'
                : 'php-fpm ended instead of starting; the lines above in the log say why.');
        }
    }

    private function launch(): void
    {
        if (!is_dir(dirname(self::SOCKET)) && !mkdir(dirname(self::SOCKET), 0700, true)) {
            throw new FpmFailure('The folder ' . dirname(self::SOCKET) . ' cannot be made.');
        }
        $command = ['php-fpm', '--nodaemonize', '--force-stderr', '--fpm-config', self::CONFIGURATION];
        // Its output goes where this process's goes: to the log.
        $process = proc_open($command, [['file', '/dev/null', 'r'], STDOUT, STDERR], $pipes);
        if ($process === false) {
            throw new FpmFailure('php-fpm cannot be started; is it on PATH (' . getenv('PATH') . ')?');
        }
        $this->process = $process;
        $this->pid = proc_get_status($process)['pid'];
    }

    /** Waits until it listens and its worker answers; false if it ends before that or takes too long. */
    private function connect(): bool
    {
        $deadline = microtime(true) + self::START_LIMIT;
        while (microtime(true) < $deadline && $this->isRunning()) {
            try {
                $connection = new FastCgiConnection(self::SOCKET);
                $connection->awaitWorker(self::ANSWER_LIMIT);
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
        // A child of our own has to be asked for, or it stays a zombie; another's, the shell sees to.
        return $this->process !== null
            ? proc_get_status($this->process)['running']
            : $this->pid !== 0 && posix_kill($this->pid, 0);
    }

    /** The process that the shell or an earlier runtime process of this environment started; 0 for none. */
    private static function findRunning(): int
    {
        // The shell's is a sibling of this process, from before it has become php-fpm.
        $early = (int) getenv('BREF_FPM_PID');
        if ($early > 0 && self::parentOf($early) === posix_getppid()) {
            return $early;
        }
        $written = (int) @file_get_contents(self::PID_FILE);
        // The number may be another process's by now.
        $isPhpFpm = str_contains((string) @file_get_contents("/proc/$written/cmdline"), 'php-fpm');

        return $written > 0 && $isPhpFpm ? $written : 0;
    }

    private static function askToStop(int $pid): void
    {
        posix_kill($pid, SIGTERM);
        $deadline = microtime(true) + self::STOP_LIMIT;
        while (self::parentOf($pid) !== 0 && microtime(true) < $deadline) {
            usleep(2000);
        }
    }

    /** Whatever is left, workers too: asked to stop, a master ends them; one that was killed has not. */
    private static function killLeftovers(): void
    {
        foreach (glob('/proc/[1-9]*/cmdline') ?: [] as $file) {
            if (str_starts_with((string) @file_get_contents($file), 'php-fpm')) {
                posix_kill((int) basename(dirname($file)), SIGKILL);
            }
        }
    }

    /** The process that waits for its end; 0 where it is over, a zombie included. */
    private static function parentOf(int $pid): int
    {
        // "<pid> (<name>) <state> <parent> …", and a name may have any character.
        $isFound = preg_match('/.*\) (\S) (\d+)/s', (string) @file_get_contents("/proc/$pid/stat"), $match) === 1;

        return $isFound && !in_array($match[1], ['Z', 'X'], true) ? (int) $match[2] : 0;
    }
}
