<?php

// 200 requests to one environment: each gets its own answer, all from one worker.
$file = '/tmp/served-by-' . getmypid();
file_put_contents($file, '.', FILE_APPEND);
echo filesize($file), ' ', $_SERVER['REQUEST_URI'];
