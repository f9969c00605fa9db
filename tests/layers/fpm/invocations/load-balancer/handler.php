<?php

header('Set-Cookie: one=1');
header('Set-Cookie: two=2', false);
header('X-Kind: page');
echo "{$_SERVER['REQUEST_URI']} {$_GET['q']} {$_GET['r']}";
