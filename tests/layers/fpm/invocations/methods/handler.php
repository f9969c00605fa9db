<?php

header("X-Seen: {$_SERVER['REQUEST_METHOD']} " . json_encode($_POST) . ' ' . file_get_contents('php://input'));
echo 'body';
