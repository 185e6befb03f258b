#!/bin/sh
echo '[31m'
