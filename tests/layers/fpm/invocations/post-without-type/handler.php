<?php

// Some clients send a form without a content type.
echo json_encode($_POST);
