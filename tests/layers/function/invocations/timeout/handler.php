<?php

// Lambda ends a function at its timeout, and starts a new one for the next event.
return static function (int $seconds): string {
    error_log('sleeping');
    sleep($seconds);

    return 'awake';
};
