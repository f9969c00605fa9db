<?php

declare(strict_types=1);

// No event finds the state that an earlier event left in its process.
final class State
{
    public static int $events = 0;
}

return static function (): array {
    State::$events++;
    $GLOBALS['events'] = ($GLOBALS['events'] ?? 0) + 1;
    $found = [
        'class' => State::$events,
        'global' => $GLOBALS['events'],
        'environment' => getenv('LEFT_BEHIND'),
        'precision' => ini_get('precision'),
        'handlers' => set_error_handler(static fn (): bool => false),
        'pidIsNew' => !str_contains((string) @file_get_contents('/tmp/pids'), ' ' . getmypid() . ' '),
        'timeIsNow' => abs($_SERVER['REQUEST_TIME_FLOAT'] - microtime(true)) < 0.2
            && abs($_SERVER['REQUEST_TIME'] - time()) <= 1,
    ];
    putenv('LEFT_BEHIND=yes');
    ini_set('precision', '3');
    file_put_contents('/tmp/pids', ' ' . getmypid() . ' ', FILE_APPEND);
    usleep(300_000);

    return $found;
};
