<?php

declare(strict_types=1);

namespace BrefLayer;

/**
 * A process that has PHP started and the runtime loaded, and forks the processes that serve events, one after the
 * other (the name is Android's, whose applications come into being so). Each finds PHP as after a start of its own,
 * without the time that takes, and opcache's memory as the ones before left it.
 *
 * It stands in for the loop in bootstrap.sh: a clean end of a process is followed by the next one, any other ends this
 * one with the same code.
 */
final class Zygote
{
    public static function isPossible(): bool
    {
        return getenv('BREF_FORK') !== '0'
            // disable_functions may have taken them away.
            && function_exists('pcntl_fork')
            && function_exists('pcntl_waitpid')
            && function_exists('pcntl_signal')
            // A thread, which an extension may have started, would be missing after a fork.
            && count(scandir('/proc/self/task') ?: []) === count(['.', '..', 'this one']);
    }

    /**
     * @param callable(?Logbook, ?LostInvocation): void $work of each process; is given the invocation that the process
     * before it left unanswered
     */
    public static function run(callable $work): never
    {
        $started = time();
        $logbook = new Logbook();
        $lost = null;
        do {
            $processId = @pcntl_fork();
            if ($processId === 0) {
                self::renewTime($started);
                $work($logbook, $lost);
                exit(0);
            }
            if ($processId === -1) {
                // No further process is allowed: this one serves, and bootstrap.sh starts the next.
                $work(null, $lost);
                exit(0);
            }
            pcntl_waitpid($processId, $status);
            [$exitCode, $cause] = self::explain($status);
            $isClean = $exitCode === 0 || $logbook->isFinished();
            $current = $logbook->current();
            $lost = $current === null ? null : new LostInvocation($current, $cause);
            $logbook->clear();
        } while ($isClean || $lost !== null);
        exit($exitCode);
    }

    /** @return array{int, string} the exit code, as shells count it, and the end in words */
    private static function explain(int $status): array
    {
        if (!pcntl_wifsignaled($status)) {
            $code = pcntl_wexitstatus($status);

            return [$code, "ended with exit code $code without an answer"];
        }
        $signal = pcntl_wtermsig($status);
        $hint = $signal === SIGKILL ? ': unless the code did that, memory ran out' : '';

        return [128 + $signal, "was killed by signal $signal$hint"];
    }

    /** PHP takes the time of a request once, at its start, which here is that of the first process. */
    private static function renewTime(int $started): void
    {
        $now = microtime(true);
        $_SERVER['REQUEST_TIME_FLOAT'] = $now;
        $_SERVER['REQUEST_TIME'] = (int) $now;
        // By that time opcache judges files, too. For it no time passes, so that "check a file again after 2 seconds"
        // would mean never: -1 is always. Files are too new to be kept if they were changed in the last 2 seconds:
        // counted from the start, those seconds end this much later. (0 would mean no such limit.)
        ini_set('opcache.revalidate_freq', '-1');
        ini_set('opcache.file_update_protection', (string) (2 - ((int) $now - $started) ?: -1));
    }
}
