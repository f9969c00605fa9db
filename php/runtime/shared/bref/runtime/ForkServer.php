<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * Forks the processes that serve events, one after the other, from this process, which has PHP and the runtime loaded
 * (Android's zygote works like this). In each fork, PHP is in the state of a fresh start, but without the time that a
 * start takes. All forks share opcache's memory.
 *
 * Like the loop in bootstrap.sh, it starts the next process after a clean exit. If a process ends during an event, the
 * next process reports that. After any other exit, this process exits with the same code.
 */
final class ForkServer
{
    /**
     * Returns the reason why PHP cannot be forked, or null if it can. A PHP that is built with threads can be forked, too:
     * it starts none by itself.
     */
    public static function findObstacle(): ?string
    {
        foreach (['pcntl_fork', 'pcntl_waitpid', 'pcntl_signal'] as $function) {
            if (!function_exists($function)) {
                return "disable_functions contains $function";
            }
        }
        $tasks = @scandir('/proc/self/task');
        if ($tasks === false) {
            return '/proc/self/task cannot be read; add it to open_basedir';
        }
        // An extension may have started a thread, which would not exist after a fork.
        $threads = count($tasks) - count(['.', '..']);

        return $threads === 1 ? null : "an extension has started threads ($threads run)";
    }

    /**
     * @param callable(?InvocationRecord, ?LostInvocation): void $serveEvents main function of each process; gets the
     * invocation that the process before it left without a response
     */
    public static function run(callable $serveEvents): never
    {
        $startTime = time();
        $record = new InvocationRecord();
        $lost = null;
        do {
            $processId = @pcntl_fork();
            if ($processId === 0) {
                self::resetRequestTime($startTime);
                $serveEvents($record, $lost);
                exit(0);
            }
            if ($processId === -1) {
                // The limit of processes is reached: this process serves, and bootstrap.sh starts the next one.
                $serveEvents(null, $lost);
                exit(0);
            }
            pcntl_waitpid($processId, $status);
            [$exitCode, $description] = self::describeExit($status);
            $isClean = $exitCode === 0 || $record->isFinished();
            $current = $record->current();
            $lost = $current === null ? null : new LostInvocation($current, $description);
            $record->clear();
        } while ($isClean || $lost !== null);
        exit($exitCode);
    }

    /** @return array{int, string} exit code as in a shell, and a description in whole sentences */
    private static function describeExit(int $status): array
    {
        if (!pcntl_wifsignaled($status)) {
            $code = pcntl_wexitstatus($status);

            return [$code, "The process that handled the event ended with exit code $code without a response."];
        }
        $signal = pcntl_wtermsig($status);
        $hint = match ($signal) {
            SIGKILL => ' If the code did not send it, the function ran out of memory: raise its memory size.',
            // Since 8.6, PHP aborts if the system gives it no memory.
            SIGABRT => ' If the log has "Out of memory", raise the function\'s memory size.',
            default => '',
        };

        return [128 + $signal, "The process that handled the event was killed by signal $signal.$hint"];
    }

    /** PHP reads the time of a request once, when it starts. After a fork, that is the parent's start. */
    private static function resetRequestTime(int $startTime): void
    {
        $now = microtime(true);
        $_SERVER['REQUEST_TIME_FLOAT'] = $now;
        $_SERVER['REQUEST_TIME'] = (int) $now;
        // opcache, too, takes the parent's start for the current time. With a revalidate_freq of 2 seconds, it would
        // never check a file again, so -1 makes it check always. With a file_update_protection of 2 seconds, it does
        // not cache files that changed in the 2 seconds before the parent's start, or later. Subtracting the parent's
        // age makes it the last 2 seconds before now. (0 would switch the protection off.)
        ini_set('opcache.revalidate_freq', '-1');
        ini_set('opcache.file_update_protection', (string) (2 - ((int) $now - $startTime) ?: -1));
    }
}
