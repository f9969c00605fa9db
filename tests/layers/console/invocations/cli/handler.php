<?php

// The response has both streams.
echo $argv[1];
fwrite(STDERR, " on stderr: yes\n");
