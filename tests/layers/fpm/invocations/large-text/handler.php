<?php

// 5.4 MB would exceed the limit if JSON used a six-byte escape sequence for each character.
header('Content-Type: text/plain; charset=UTF-8');
echo str_repeat('字', 1_800_000);
