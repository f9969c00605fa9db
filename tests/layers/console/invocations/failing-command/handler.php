<?php

echo "said before\n";
exit((int) $argv[1]);
