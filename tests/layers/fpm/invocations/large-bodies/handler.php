<?php

// A request of 200 KiB has several FastCGI records. The response of 4 MB is close to the limit.
header('X-Input: ' . md5((string) file_get_contents('php://input')));
echo str_repeat('response ', 500_000);
