<?php

// More bytes than a pipe holds, in three ways. This once made a worker hang.
for ($line = 1; $line <= 2000; $line++) {
    $text = "line $line of 2000 " . str_repeat('x', 200);
    match ($line % 3) {
        0 => error_log($text),
        1 => file_put_contents('php://stderr', "$text\n"),
        2 => file_put_contents('php://stdout', "$text\n"),
    };
}
echo 'logged';
