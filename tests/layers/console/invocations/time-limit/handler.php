<?php

echo "begins\n";
sleep((int) $argv[1]);
echo "ends\n";
