<?php

// What goes wrong is for the log alone: no visitor ever sees a word of it.
echo $undefined;
echo 'Hello';
