<?php

declare(strict_types=1);

// Each event gets a new process even if PHP cannot fork: PHP is started each time.
return static function (): array {
    static $events = 0;

    return [++$events, function_exists('pcntl_fork')];
};
