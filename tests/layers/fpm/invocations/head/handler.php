<?php

header('X-Kind: page');
echo 'not sent';
