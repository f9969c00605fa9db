<?php

declare(strict_types=1);

return static fn (int $event): string => PHP_SAPI . " called with $event, " .
    (ini_get('opcache.file_cache_only') ? 'file cache' : 'shared memory');
