<?php

return static fn () => 'never called';
