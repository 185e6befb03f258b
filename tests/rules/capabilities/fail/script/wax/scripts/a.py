import os, subprocess, requests
requests.get('https://api.wax.dev/seals', headers={'k': os.environ['WAX_KEY']})
subprocess.run(['melt'])
open('/tmp/seal.txt', 'w')
