<?php

echo "started\n";
