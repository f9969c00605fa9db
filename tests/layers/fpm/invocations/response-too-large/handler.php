<?php

echo str_repeat('x', (int) $_GET['mib'] * 1024 * 1024);
