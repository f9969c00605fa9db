<?php

header("X-Latin: \xE9");
// A header with underscores gets through, but does not take the place of the one that the gateway vouches for.
echo implode(' ', [
    $_SERVER['HTTP_X_FORWARDED_FOR'],
    $_SERVER['HTTP_API_KEY'],
    $_SERVER['HTTP_X_NUMBER'],
    $_SERVER['HTTP_123'],
]);
