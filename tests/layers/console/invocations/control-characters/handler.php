<?php

declare(strict_types=1);

// In JSON, each control character is six times as long.
echo str_repeat("\e[0m", 1_000_000), 'the end';
