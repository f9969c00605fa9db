<?php

// Lambda ends a function that takes too long, and starts it anew for the next event.
return static function (int $seconds): string {
    error_log('sleeping');
    sleep($seconds);

    return 'awake';
};
