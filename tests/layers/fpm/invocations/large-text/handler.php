<?php

// 5.4 MB: it would not fit if each character were six bytes of JSON.
header('Content-Type: text/plain; charset=UTF-8');
echo str_repeat('字', 1_800_000);
