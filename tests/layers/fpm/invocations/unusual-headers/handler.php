<?php

header("X-Latin: \xE9");
// A header with underscores arrives, but does not replace the gateway's header with hyphens.
echo implode(' ', [
    $_SERVER['HTTP_X_FORWARDED_FOR'],
    $_SERVER['HTTP_API_KEY'],
    $_SERVER['HTTP_X_NUMBER'],
    $_SERVER['HTTP_123'],
]);
