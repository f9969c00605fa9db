<?php

declare(strict_types=1);

// After its response, a process runs all steps of a script's end, including the extensions' request shutdown.
final class Guard
{
    public function __destruct()
    {
        echo "a destructor\n";
    }
}

$guard = new Guard();
$GLOBALS['guard'] = $guard;
register_shutdown_function(static function (): void {
    echo "a shutdown function\n";
});
session_save_path('/tmp');
ini_set('session.use_cookies', '0');
session_cache_limiter('');
// Since PHP 8.6, an id that PHP has not made is refused by default.
ini_set('session.use_strict_mode', '0');
session_id('s');
session_start();

return static function () use ($guard): int {
    ob_start();
    echo "a buffer that is flushed\n";

    // The session extension writes it when the request ends.
    return $_SESSION['events'] = ($_SESSION['events'] ?? 0) + 1;
};
