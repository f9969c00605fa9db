<?php

// PHP-FPM's workers, too, find the layer's iconv modules; see tests/layers/function/invocations/character-sets.
header('content-type: text/plain; charset=UTF-8');
echo iconv('WINDOWS-1251', 'UTF-8', "\xcf\xf0\xe8\xe2\xe5\xf2");
