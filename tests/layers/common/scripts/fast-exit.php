<?php

declare(strict_types=1);

use BrefLayer\FastExit;

require __DIR__ . '/_check.php';
require '/opt/bref/runtime/FastExit.php';

final class Guard
{
    public static self $object;

    /** @param resource $log */
    public function __construct(private $log)
    {
    }

    public function __destruct()
    {
        fwrite($this->log, 'destructor ');
    }
}

[$log, $end] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
$process = pcntl_fork();
if ($process === 0) {
    register_shutdown_function(static function () use ($end): void {
        fwrite($end, 'shutdown-function ');
        FastExit::prepare();
    });
    ob_start(static fn (string $output): string => (string) fwrite($end, "$output "));
    echo 'buffer';
    Guard::$object = new Guard($end);
    // A lost connection must not end the process before all of this has run.
    [$lost, $other] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    fclose($other);
    register_shutdown_function(static fn () => @fwrite($lost, 'lost'));
    exit(0);
}
pcntl_waitpid($process, $status);
fclose($end);
same('shutdown-function destructor buffer ', stream_get_contents($log), 'steps that ran');
same(SIGPIPE, pcntl_wifsignaled($status) ? pcntl_wtermsig($status) : 0, 'the signal that ended the process');
same([], glob('/tmp/.bref-exit-*'), 'files left behind');
