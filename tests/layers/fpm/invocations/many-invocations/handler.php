<?php

// One worker serves 200 requests, and each gets its own response.
$file = '/tmp/served-by-' . getmypid();
file_put_contents($file, '.', FILE_APPEND);
echo filesize($file), ' ', $_SERVER['REQUEST_URI'];
