<?php

declare(strict_types=1);

$file = $_FILES['upload'];
echo "{$_POST['title']}, {$file['name']}, {$file['size']} bytes, " . md5_file($file['tmp_name']);
