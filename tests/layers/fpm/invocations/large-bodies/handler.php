<?php

// 200 KiB in: several FastCGI records. 4 MB out: about as much as fits.
header('X-Input: ' . md5((string) file_get_contents('php://input')));
echo str_repeat('answer ', 600_000);
