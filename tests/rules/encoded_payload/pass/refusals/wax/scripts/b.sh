#!/bin/sh
grep -E "base64 -d | sh" notes.txt
