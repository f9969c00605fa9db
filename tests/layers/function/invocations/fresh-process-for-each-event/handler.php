<?php

declare(strict_types=1);

return static function (): int {
    static $events = 0;

    return ++$events;
};
