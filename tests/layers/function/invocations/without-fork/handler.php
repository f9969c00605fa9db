<?php

declare(strict_types=1);

// A fresh process for each event all the same, by a start of PHP.
return static function (): array {
    static $events = 0;

    return [++$events, function_exists('pcntl_fork')];
};
