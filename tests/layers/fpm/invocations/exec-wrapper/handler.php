<?php

// A wrapper's variables are for PHP-FPM too, which is therefore started after it.
echo getenv('FROM_WRAPPER');
