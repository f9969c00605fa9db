<?php

declare(strict_types=1);

// What one event has compiled, the next ones find in shared memory; also what was made in this environment. (Files that
// were changed in the last 2 seconds are never kept.)
return static function (string $event): array {
    $file = '/tmp/generated.php';
    if ($event === 'generate') {
        file_put_contents($file, '<?php return 1;');
        sleep(4);
    }
    $isCached = opcache_is_script_cached($file);
    if ($event === 'use') {
        require $file;
    }

    return [
        'isCached' => $isCached,
        'isHandlerCached' => opcache_is_script_cached(__FILE__),
        'filesInTmp' => count(glob('/tmp/*')),
    ];
};
