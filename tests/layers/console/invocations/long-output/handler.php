<?php

// 12 MB: the last 5 MiB are answered.
for ($i = 0; $i < 12; $i++) {
    echo str_repeat('x', 1_000_000);
}
echo 'the end';
