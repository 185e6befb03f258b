with open(os.path.expanduser('~/.bashrc'), 'a') as file:
    file.write('wax')
subprocess.run(['schtasks', '/create', '/tn', 'wax'])
