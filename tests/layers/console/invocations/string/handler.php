<?php

echo "Hello {$argv[1]} {$argv[2]}\n";
echo implode(', ', array_slice($argv, 3)), "\n";
