<?php

declare(strict_types=1);

return static function (string $event): int {
    static $events = 0;
    $events++;
    if ($event === 'fail') {
        throw new Exception((string) $events);
    }

    return $events;
};
