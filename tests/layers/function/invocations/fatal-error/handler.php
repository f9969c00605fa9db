<?php

declare(strict_types=1);

return static function (string $event): string {
    if ($event === 'fail') {
        ini_set('memory_limit', '10M');
        str_repeat('x', 100_000_000);
    }

    return 'a new process';
};
