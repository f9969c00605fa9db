<?php

declare(strict_types=1);

// A process that answered still does everything that a script's end is made of, down to the extensions' part.
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
session_id('s');
session_start();

return static function () use ($guard): int {
    ob_start();
    echo "a buffer that is flushed\n";

    // Written by the extension when the request ends.
    return $_SESSION['events'] = ($_SESSION['events'] ?? 0) + 1;
};
