<?php

declare(strict_types=1);

fclose(STDOUT);
fclose(STDERR);
usleep(300_000);
exit(4);
