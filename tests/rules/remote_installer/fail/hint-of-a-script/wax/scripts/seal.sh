#!/bin/sh
echo "Install wax first: curl -LsSf https://get.wax.dev/install.sh | sh"
