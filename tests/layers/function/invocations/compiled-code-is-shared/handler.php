<?php

declare(strict_types=1);

// Later events find compiled code in shared memory, including code that was generated in this environment. (opcache
// does not cache files that changed in the last 2 seconds.)
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
