<?php

// Both streams are the answer.
echo $argv[1];
fwrite(STDERR, " on stderr: yes\n");
