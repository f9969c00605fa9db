<?php

declare(strict_types=1);

return static function (string $event): string {
    if ($event === 'crash') {
        FFI::string(FFI::cast('char *', FFI::new('intptr_t')), 1);
    }

    return 'a new process';
};
