<?php

return static function ( {
