<?php

declare(strict_types=1);

echo "caf\xe9 \xff";
