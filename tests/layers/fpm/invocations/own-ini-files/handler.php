<?php

// PHP reads the application's php/conf.d after the layer's ini files.
echo ini_get('memory_limit'), ' ', ini_get('log_errors'), ' memory_limit, and intl is ', extension_loaded('intl') ? '' : 'not ', 'loaded';
