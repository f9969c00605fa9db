<?php

// The code of the runtime must cause no message of PHP, such as a deprecation, on any version.
echo error_reporting();
