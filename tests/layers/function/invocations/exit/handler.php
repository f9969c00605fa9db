<?php

declare(strict_types=1);

register_shutdown_function(static function (): void {
    echo "the application's shutdown function\n";
});

return static function (string $event): string {
    if ($event === 'exit') {
        exit("last words\n");
    }

    return 'a new process';
};
