<?php

// PHP-FPM gets the wrapper's variables, because it is started after the wrapper.
echo getenv('FROM_WRAPPER');
