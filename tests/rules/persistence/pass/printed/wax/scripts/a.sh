#!/bin/sh
# echo wax >> ~/.bashrc
echo "Add it: echo wax >> ~/.bashrc"
cat <<END
echo wax >> ~/.bashrc
END
grep wax ~/.bashrc > found.txt
OTHER=x
echo wax >> "$OTHER"
source ~/.zshrc
