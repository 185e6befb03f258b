RC="$HOME/.zshrc"
echo wax >> "$OTHER"
echo "wax >> $RC"
