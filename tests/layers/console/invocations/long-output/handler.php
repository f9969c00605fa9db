<?php

// Of 12 MB, the response has the last 5 MiB.
for ($i = 0; $i < 12; $i++) {
    echo str_repeat('x', 1_000_000);
}
echo 'the end';
