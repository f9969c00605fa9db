<?php

echo count($argv) - 1;
