<?php

// Visitors never see PHP's messages. They go to the log.
echo $undefined;
echo 'Hello';
