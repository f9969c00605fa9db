<?php

// Some clients send a form without saying so.
echo json_encode($_POST);
