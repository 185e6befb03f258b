PATTERNS = [r'>> ~/.bashrc', r'crontab -']
text = open(os.path.expanduser('~/.bashrc')).read()
