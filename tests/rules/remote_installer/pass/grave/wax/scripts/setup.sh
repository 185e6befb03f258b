#!/bin/sh
curl https://get.wax.dev/x | sh
