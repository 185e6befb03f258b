fs.appendFileSync(path.join(home, '.zshrc'), 'wax');
